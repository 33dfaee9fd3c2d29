//! The store in a file of SQLite.

mod calls;
mod counts;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ext_registry::{PackageName, Version};
use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, SqlSafeStr, Sqlite as Driver, Transaction};
use tokio::sync::{Mutex, MutexGuard};

use super::{
    Answer, CallQuery, CallRecord, Counts, Deployment, Event, Keep, Page, StatisticsQuery, Store,
    StoreError, Token,
};

/// The lock for writing is taken at once: a transaction that reads first and writes then fails
/// when somebody else has written meanwhile, without waiting (SQLite, "Transactions").
const IMMEDIATE: &str = "BEGIN IMMEDIATE";

/// Every change of the tables, in order; never one that was released changed.
const MIGRATIONS: &[(&str, &str)] = &[
    ("tables", include_str!("schema.sql")),
    ("tokens of events", include_str!("tokens_of_events.sql")),
    ("counts", include_str!("counts.sql")),
];

/// The store in a file.
///
/// The catalogue and the log of calls are in one file, and have connections of their own:
/// what is deployed is on the disk when it is said to be (`synchronous = full`), while calls
/// that were written last may be lost with the machine's power, not with the process.
pub struct Sqlite {
    catalogue: SqlitePool,
    log: SqlitePool,
    reads: SqlitePool,
    /// Who looks for calls waits for others who do.
    searches: SqlitePool,
    /// Whether the store can be read is found out also when everybody reads.
    checks: SqlitePool,
    /// SQLite has one writer at a time. The others wait here, in the order in which they came:
    /// in SQLite they would try again from time to time, and the log would always be faster.
    writer: Mutex<()>,
}

/// A transaction that writes, and the right to.
type Writing<'a> = (MutexGuard<'a, ()>, Transaction<'static, Driver>);

type Query<'q> = sqlx::query::Query<'q, Driver, SqliteArguments>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

impl Sqlite {
    /// Opens the file, which is made if it is not there, and brings its tables to today's form.
    ///
    /// # Errors
    /// When the file is none of this program's, is of a later version, or the disk fails.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(10))
            .disable_statement_logging();
        let pool = |connections, synchronous| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                // A transaction that the disk ended is one that sqlx believes to be open still.
                .before_acquire(|connection, _| {
                    Box::pin(async { Ok(!connection.is_in_transaction()) })
                })
                .connect_lazy_with(options.clone().synchronous(synchronous))
        };
        let store = Self {
            catalogue: pool(1, SqliteSynchronous::Full),
            log: pool(1, SqliteSynchronous::Normal),
            reads: pool(4, SqliteSynchronous::Normal),
            searches: pool(2, SqliteSynchronous::Normal),
            checks: pool(1, SqliteSynchronous::Normal),
            writer: Mutex::default(),
        };
        let migrations = MIGRATIONS.iter().zip(1..).map(|((description, sql), version)| {
            let sql = sqlx::AssertSqlSafe(*sql).into_sql_str();
            Migration::new(version, (*description).into(), MigrationType::Simple, sql, false)
        });
        let migrated = Migrator::with_migrations(migrations.collect()).run(&store.catalogue).await;
        migrated.map_err(|error| StoreError(error.to_string()))?;
        Ok(store)
    }

    /// Begins to write, when it is this one's turn.
    async fn writing(&self, pool: &SqlitePool) -> Result<Writing<'_>, StoreError> {
        let turn = self.writer.lock().await;
        Ok((turn, pool.begin_with(IMMEDIATE).await?))
    }

    /// A change and its event, in one transaction.
    async fn change(&self, change: Query<'_>, event: &Event) -> Result<u64, StoreError> {
        let (_turn, mut transaction) = self.writing(&self.catalogue).await?;
        let changed = change.execute(&mut *transaction).await?.rows_affected();
        if changed > 0 {
            event_row(event).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        if changed > 0 {
            event.tell();
        }
        Ok(changed)
    }
}

impl Store for Sqlite {
    fn deployments(&self) -> Answer<'_, Vec<Deployment>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT * FROM deployments ORDER BY package, version")
                .fetch_all(&self.reads)
                .await?;
            rows.iter().map(deployment).collect()
        })
    }

    fn deploy<'a>(
        &'a self,
        deployment: &'a Deployment,
        granted: Option<&'a BTreeSet<String>>,
        events: &'a [Event],
    ) -> Answer<'a, Deployment> {
        Box::pin(async move {
            let (_turn, mut transaction) = self.writing(&self.catalogue).await?;
            let name = deployment.name.to_string();
            let activation: i64 = sqlx::query_scalar(NEXT_ACTIVATION)
                .bind(&name)
                .fetch_one(&mut *transaction)
                .await?;
            sqlx::query(
                "INSERT OR REPLACE INTO deployments
                 (package, version, digest, component, settings, at, by, activation)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&name)
            .bind(deployment.version.to_string())
            .bind(deployment.digest.to_string())
            .bind(deployment.component.to_string())
            .bind(json(&deployment.settings)?)
            .bind(deployment.at.as_microsecond())
            .bind(&deployment.by)
            .bind(activation)
            .execute(&mut *transaction)
            .await?;
            if let Some(granted) = granted {
                grants_row(&deployment.name, granted)?.execute(&mut *transaction).await?;
            }
            for event in events {
                event_row(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(Deployment { activation: Some(activation), ..deployment.clone() })
        })
    }

    fn activate<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        event: &'a Event,
    ) -> Answer<'a, ()> {
        Box::pin(async move { self.change(activation(name, version), event).await.map(drop) })
    }

    fn deactivate<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        event: &'a Event,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let change = sqlx::query(
                "UPDATE deployments SET activation = NULL WHERE package = ? AND version = ?",
            );
            let change = change.bind(name.to_string()).bind(version.to_string());
            self.change(change, event).await.map(drop)
        })
    }

    fn undeploy<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        heir: Option<&'a Version>,
        event: &'a Event,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let (_turn, mut transaction) = self.writing(&self.catalogue).await?;
            sqlx::query("DELETE FROM deployments WHERE package = ? AND version = ?")
                .bind(name.to_string())
                .bind(version.to_string())
                .execute(&mut *transaction)
                .await?;
            if let Some(heir) = heir {
                activation(name, heir).execute(&mut *transaction).await?;
            }
            event_row(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn grants(&self) -> Answer<'_, Vec<(PackageName, BTreeSet<String>)>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT * FROM grants").fetch_all(&self.reads).await?;
            let read = |row: &SqliteRow| Ok((text(row, "package")?, from_json(row, "granted")?));
            rows.iter().map(read).collect()
        })
    }

    fn grant<'a>(
        &'a self,
        name: &'a PackageName,
        grants: &'a BTreeSet<String>,
        event: &'a Event,
    ) -> Answer<'a, ()> {
        Box::pin(async move { self.change(grants_row(name, grants)?, event).await.map(drop) })
    }

    fn events<'a>(&'a self, of: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Event>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT * FROM events WHERE ?1 IS NULL OR subject = ?1 ORDER BY id DESC LIMIT ?2",
            )
            .bind(of)
            .bind(limit)
            .fetch_all(&self.reads)
            .await?;
            let read = |row: &SqliteRow| {
                Ok(Event {
                    at: instant(row.try_get("at")?)?,
                    who: row.try_get("who")?,
                    what: row.try_get("what")?,
                    subject: row.try_get("subject")?,
                    detail: row.try_get("detail")?,
                    token: row.try_get("token")?,
                })
            };
            rows.iter().map(read).collect()
        })
    }

    fn note<'a>(&'a self, event: &'a Event) -> Answer<'a, ()> {
        Box::pin(async move {
            let (_turn, mut transaction) = self.writing(&self.catalogue).await?;
            event_row(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
            event.tell();
            Ok(())
        })
    }

    fn tokens(&self) -> Answer<'_, Vec<Token>> {
        Box::pin(async move {
            let rows =
                sqlx::query("SELECT * FROM tokens ORDER BY created").fetch_all(&self.reads).await?;
            let read = |row: &SqliteRow| {
                Ok(Token {
                    id: row.try_get("id")?,
                    name: row.try_get("name")?,
                    hash: row.try_get("hash")?,
                    scopes: from_json(row, "scopes")?,
                    created: instant(row.try_get("created")?)?,
                    expires: optional_instant(row.try_get("expires")?)?,
                    revoked: optional_instant(row.try_get("revoked")?)?,
                })
            };
            rows.iter().map(read).collect()
        })
    }

    fn add_token<'a>(&'a self, token: &'a Token, event: &'a Event) -> Answer<'a, ()> {
        Box::pin(async move {
            let change = sqlx::query(
                "INSERT INTO tokens (id, name, hash, scopes, created, expires, revoked)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&token.id)
            .bind(&token.name)
            .bind(&token.hash)
            .bind(json(&token.scopes)?)
            .bind(token.created.as_microsecond())
            .bind(token.expires.map(Timestamp::as_microsecond))
            .bind(token.revoked.map(Timestamp::as_microsecond));
            self.change(change, event).await.map(drop)
        })
    }

    fn revoke_token<'a>(&'a self, id: &'a str, event: &'a Event) -> Answer<'a, bool> {
        Box::pin(async move {
            let change =
                sqlx::query("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL");
            let change = change.bind(event.at.as_microsecond()).bind(id);
            Ok(self.change(change, event).await? > 0)
        })
    }

    fn record<'a>(&'a self, calls: &'a [Arc<CallRecord>], pause: Duration) -> Answer<'a, ()> {
        Box::pin(async move {
            let (_turn, mut transaction) = self.writing(&self.log).await?;
            calls::add(&mut transaction, calls, pause).await?;
            counts::add(&mut transaction, calls).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn calls<'a>(&'a self, query: &'a CallQuery) -> Answer<'a, Page> {
        Box::pin(calls::find(&self.searches, query))
    }

    fn statistics<'a>(&'a self, query: &'a StatisticsQuery) -> Answer<'a, Vec<(u32, Counts)>> {
        Box::pin(counts::over_time(&self.reads, query))
    }

    fn totals(&self, since: Timestamp) -> Answer<'_, Vec<(String, Counts)>> {
        Box::pin(counts::totals(&self.reads, since))
    }

    fn forget<'a>(&'a self, keep: &'a Keep) -> Answer<'a, bool> {
        Box::pin(async move {
            let (_turn, mut transaction) = self.writing(&self.log).await?;
            let calls = calls::forget(&mut transaction, keep).await?;
            let counts = counts::forget(&mut transaction, Timestamp::now()).await?;
            transaction.commit().await?;
            Ok(calls || counts)
        })
    }

    fn check(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let read = sqlx::query("SELECT count(*) FROM sqlite_schema");
            read.fetch_one(&self.checks).await?;
            Ok(())
        })
    }
}

const NEXT_ACTIVATION: &str =
    "SELECT COALESCE(MAX(activation), 0) + 1 FROM deployments WHERE package = ?";

/// Makes a version the active one.
fn activation<'q>(name: &PackageName, version: &Version) -> Query<'q> {
    sqlx::query(
        "UPDATE deployments SET activation =
         (SELECT COALESCE(MAX(activation), 0) + 1 FROM deployments WHERE package = ?1)
         WHERE package = ?1 AND version = ?2",
    )
    .bind(name.to_string())
    .bind(version.to_string())
}

fn grants_row<'q>(name: &PackageName, granted: &BTreeSet<String>) -> Result<Query<'q>, StoreError> {
    let row = sqlx::query("INSERT OR REPLACE INTO grants (package, granted) VALUES (?, ?)");
    Ok(row.bind(name.to_string()).bind(json(granted)?))
}

fn event_row(event: &Event) -> Query<'_> {
    let insert =
        "INSERT INTO events (at, who, what, subject, detail, token) VALUES (?, ?, ?, ?, ?, ?)";
    sqlx::query(insert)
        .bind(event.at.as_microsecond())
        .bind(&event.who)
        .bind(&event.what)
        .bind(&event.subject)
        .bind(&event.detail)
        .bind(&event.token)
}

fn deployment(row: &SqliteRow) -> Result<Deployment, StoreError> {
    Ok(Deployment {
        name: text(row, "package")?,
        version: text(row, "version")?,
        digest: text(row, "digest")?,
        component: text(row, "component")?,
        settings: from_json(row, "settings")?,
        at: instant(row.try_get("at")?)?,
        by: row.try_get("by")?,
        activation: row.try_get("activation")?,
    })
}

fn text<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &SqliteRow,
    column: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error| StoreError(format!("`{text}` in column `{column}`: {error}")))
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| StoreError(format!("`{text}` in column `{column}`: {error}")))
}

fn instant(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError(error.to_string()))
}

fn optional_instant(micros: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    micros.map(instant).transpose()
}
