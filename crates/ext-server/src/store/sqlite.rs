//! The store in a file of SQLite.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use ext_registry::{PackageName, Version};
use jiff::Timestamp;
use sqlx::error::BoxDynError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{
    Arguments, ConnectOptions, Connection, QueryBuilder, Row, SqlSafeStr, Sqlite as Driver,
};

use super::{
    Answer, Bucket, CallQuery, CallRecord, Deployment, Event, Outcome, StatisticsQuery, Store,
    StoreError, Token,
};
use crate::stream::next;

/// Most calls that one question gives.
const MAX_CALLS: u32 = 1000;

/// Most bytes of what calls wrote, in one answer.
const MAX_BYTES: usize = 16 << 20;

/// The lock for writing is taken at once: a transaction that reads first and writes then fails
/// when somebody else has written meanwhile, without waiting (SQLite, "Transactions").
const IMMEDIATE: &str = "BEGIN IMMEDIATE";

/// Every change of the tables, in order; never one that was released changed.
const MIGRATIONS: &[(&str, &str)] = &[
    ("tables", include_str!("schema.sql")),
    ("tokens of events", include_str!("tokens_of_events.sql")),
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
}

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
            // SQLite has one writer at a time: the others wait here, in order.
            catalogue: pool(1, SqliteSynchronous::Full),
            log: pool(1, SqliteSynchronous::Normal),
            reads: pool(4, SqliteSynchronous::Normal),
        };
        let migrations = MIGRATIONS.iter().zip(1..).map(|((description, sql), version)| {
            let sql = sqlx::AssertSqlSafe(*sql).into_sql_str();
            Migration::new(version, (*description).into(), MigrationType::Simple, sql, false)
        });
        let migrated = Migrator::with_migrations(migrations.collect()).run(&store.catalogue).await;
        migrated.map_err(|error| StoreError(error.to_string()))?;
        Ok(store)
    }

    /// A change and its event, in one transaction.
    async fn change(&self, change: Query<'_>, event: &Event) -> Result<u64, StoreError> {
        let mut transaction = self.catalogue.begin_with(IMMEDIATE).await?;
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
            let mut transaction = self.catalogue.begin_with(IMMEDIATE).await?;
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
            let mut transaction = self.catalogue.begin_with(IMMEDIATE).await?;
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
            event_row(event).execute(&self.catalogue).await?;
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

    fn record(&self, mut calls: Vec<CallRecord>) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut transaction = self.log.begin_with(IMMEDIATE).await?;
            // Powers of two, so that there are few statements, which are kept prepared. Some at a
            // time: the database's thread is not interrupted, and others want to run as well.
            while let Some(most) = calls.len().checked_ilog2() {
                let rows = 1 << most.min(5);
                let mut values = SqliteArguments::default();
                values.reserve(rows * CALL.len(), 0);
                for call in calls.drain(..rows) {
                    add_call(&mut values, call).map_err(sqlx::Error::Encode)?;
                }
                let statement = sqlx::AssertSqlSafe(insert_calls(rows));
                sqlx::query_with(statement, values).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(())
        })
    }

    fn calls<'a>(&'a self, query: &'a CallQuery) -> Answer<'a, Vec<CallRecord>> {
        Box::pin(async move {
            let mut select = QueryBuilder::<Driver>::new("SELECT * FROM calls WHERE 1");
            for (column, value) in [
                (" AND id = ", query.id.as_deref()),
                (" AND package = ", query.package.as_deref()),
                (" AND action = ", query.action.as_deref()),
                (" AND outcome = ", query.outcome.map(Outcome::word)),
            ] {
                if let Some(value) = value {
                    select.push(column).push_bind(value);
                }
            }
            if let Some(before) = query.before {
                select.push(" AND at < ").push_bind(before.as_microsecond());
            }
            if let Some(since) = query.since {
                select.push(" AND at >= ").push_bind(since.as_microsecond());
            }
            if !query.namespaces.is_empty() {
                select.push(" AND substr(package, 1, instr(package, ':') - 1) IN (");
                let mut names = select.separated(", ");
                for namespace in &query.namespaces {
                    names.push_bind(namespace);
                }
                select.push(")");
            }
            let limit = query.limit.unwrap_or(100).min(MAX_CALLS);
            select.push(" ORDER BY at DESC, serial DESC LIMIT ").push_bind(limit);
            let mut rows = select.build().fetch(&self.reads);
            let (mut calls, mut bytes) = (Vec::new(), 0);
            while let Some(row) = next(&mut rows).await.transpose()? {
                let call = call(&row)?;
                bytes += call.log.len() + call.detail.len();
                calls.push(call);
                // The next ones are asked for by the instant of the last one.
                if bytes > MAX_BYTES {
                    break;
                }
            }
            Ok(calls)
        })
    }

    fn statistics<'a>(&'a self, query: &'a StatisticsQuery) -> Answer<'a, Vec<Bucket>> {
        Box::pin(async move {
            let since = query.since.as_microsecond();
            let length = (query.until.as_microsecond() - since).max(1);
            let width = (length / i64::from(query.buckets.max(1))).max(1);
            // The percentile is the value at its rank among the bucket's, by the nearest-rank
            // method.
            let rows = sqlx::query(
                "WITH ranked AS (
                   SELECT (at - ?1) / ?2 AS bucket, micros, outcome = 'ok' AS ok,
                     row_number() OVER (PARTITION BY (at - ?1) / ?2 ORDER BY micros) AS rank,
                     count(*) OVER (PARTITION BY (at - ?1) / ?2) AS calls
                   FROM calls WHERE at >= ?1 AND at < ?3 AND (?4 IS NULL OR package = ?4))
                 SELECT bucket, calls, sum(1 - ok) AS errors,
                   max(CASE WHEN rank = (calls * 50 + 99) / 100 THEN micros END) AS p50,
                   max(CASE WHEN rank = (calls * 95 + 99) / 100 THEN micros END) AS p95,
                   max(CASE WHEN rank = (calls * 99 + 99) / 100 THEN micros END) AS p99
                 FROM ranked GROUP BY bucket ORDER BY bucket",
            )
            .bind(since)
            .bind(width)
            .bind(query.until.as_microsecond())
            .bind(&query.package)
            .fetch_all(&self.reads)
            .await?;
            let read = |row: &SqliteRow| {
                let index = u32::try_from(row.try_get::<i64, _>("bucket")?).unwrap_or(0);
                Ok(Bucket { index: index.min(query.buckets.saturating_sub(1)), ..counts(row)? })
            };
            rows.iter().map(read).collect()
        })
    }

    fn totals(&self, since: Timestamp) -> Answer<'_, Vec<(String, Bucket)>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "WITH ranked AS (
                   SELECT package, micros, outcome = 'ok' AS ok,
                     row_number() OVER (PARTITION BY package ORDER BY micros) AS rank,
                     count(*) OVER (PARTITION BY package) AS calls
                   FROM calls WHERE at >= ?1)
                 SELECT package, calls, sum(1 - ok) AS errors,
                   max(CASE WHEN rank = (calls * 50 + 99) / 100 THEN micros END) AS p50,
                   max(CASE WHEN rank = (calls * 95 + 99) / 100 THEN micros END) AS p95,
                   max(CASE WHEN rank = (calls * 99 + 99) / 100 THEN micros END) AS p99
                 FROM ranked GROUP BY package ORDER BY package",
            )
            .bind(since.as_microsecond())
            .fetch_all(&self.reads)
            .await?;
            rows.iter().map(|row| Ok((row.try_get("package")?, counts(row)?))).collect()
        })
    }

    fn forget_calls(&self, before: Timestamp) -> Answer<'_, u64> {
        Box::pin(async move {
            // Some at a time: calls that end meanwhile are written between.
            let mut forgotten = 0;
            loop {
                let deleted = sqlx::query(
                    "DELETE FROM calls WHERE serial IN
                     (SELECT serial FROM calls WHERE at < ? ORDER BY at LIMIT 10000)",
                )
                .bind(before.as_microsecond())
                .execute(&self.log)
                .await?
                .rows_affected();
                forgotten += deleted;
                if deleted < 10_000 {
                    return Ok(forgotten);
                }
            }
        })
    }
}

const NEXT_ACTIVATION: &str =
    "SELECT COALESCE(MAX(activation), 0) + 1 FROM deployments WHERE package = ?";

/// The columns of a call, in the order of [`add_call`].
const CALL: [&str; 13] = [
    "id", "at", "micros", "package", "version", "action", "consumer", "surface", "outcome", "code",
    "detail", "log", "trace",
];

/// A statement for so many calls.
fn insert_calls(rows: usize) -> String {
    let row = format!("({})", ["?"; CALL.len()].join(", "));
    let (columns, rows) = (CALL.join(", "), vec![row; rows].join(", "));
    // What fails ends the transaction, so that nothing has to be kept to undo one statement
    // (SQLite, "The ON CONFLICT Clause").
    format!("INSERT OR FAIL INTO calls ({columns}) VALUES {rows}")
}

fn add_call(values: &mut SqliteArguments, call: CallRecord) -> Result<(), BoxDynError> {
    values.add(call.id)?;
    values.add(call.at.as_microsecond())?;
    values.add(i64::try_from(call.micros).unwrap_or(i64::MAX))?;
    values.add(call.package)?;
    values.add(call.version)?;
    values.add(call.action)?;
    values.add(call.consumer)?;
    values.add(call.surface)?;
    values.add(call.outcome.word())?;
    values.add(call.code)?;
    values.add(call.detail)?;
    values.add(call.log)?;
    values.add(call.trace)
}

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

fn counts(row: &SqliteRow) -> Result<Bucket, StoreError> {
    let number = |column: &str| -> Result<u64, StoreError> {
        Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
    };
    Ok(Bucket {
        index: 0,
        calls: number("calls")?,
        errors: number("errors")?,
        p50: number("p50")?,
        p95: number("p95")?,
        p99: number("p99")?,
    })
}

fn call(row: &SqliteRow) -> Result<CallRecord, StoreError> {
    let outcome: String = row.try_get("outcome")?;
    Ok(CallRecord {
        id: row.try_get("id")?,
        at: instant(row.try_get("at")?)?,
        micros: u64::try_from(row.try_get::<i64, _>("micros")?).unwrap_or(0),
        package: row.try_get("package")?,
        version: row.try_get("version")?,
        action: row.try_get("action")?,
        consumer: row.try_get("consumer")?,
        surface: row.try_get("surface")?,
        outcome: Outcome::of(&outcome).unwrap_or(Outcome::Failed),
        code: row.try_get("code")?,
        detail: row.try_get("detail")?,
        log: row.try_get("log")?,
        trace: row.try_get("trace")?,
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
