//! The log of calls.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Arguments, QueryBuilder, Row, Sqlite as Driver};

use super::instant;
use crate::store::{CallQuery, CallRecord, Cursor, Keep, Outcome, Page, StoreError, Surface};
use crate::stream::next;

/// Most calls that one question gives.
const MAX_CALLS: u32 = 1000;

/// Most bytes of what calls wrote, in one answer.
const MAX_BYTES: usize = 16 << 20;

/// How long calls are looked for. What no index leads to may be anywhere in the log.
const SEARCH: Duration = Duration::from_secs(5);

/// Steps of SQLite between two looks at the clock: some calls.
const STEPS: i32 = 100;

/// SQLite's code for what was ended before it was through.
const INTERRUPTED: &str = "9";

/// Calls that are forgotten at once: more than are written at once, so that forgetting keeps up.
const FORGOTTEN: i64 = 4000;

/// The columns of a call, in the order of [`add_call`].
const CALL: [&str; 13] = [
    "id", "at", "micros", "package", "version", "action", "consumer", "surface", "outcome", "code",
    "detail", "log", "trace",
];

/// The words of which each call has some, as texts that are shared.
static OUTCOMES: LazyLock<[Arc<str>; Outcome::ALL.len()]> =
    LazyLock::new(|| Outcome::ALL.map(|it| it.word().into()));
static SURFACES: LazyLock<[Arc<str>; Surface::ALL.len()]> =
    LazyLock::new(|| Surface::ALL.map(|it| it.word().into()));

/// Writes calls down.
pub async fn add(
    connection: &mut SqliteConnection,
    mut calls: &[Arc<CallRecord>],
    pause: Duration,
) -> Result<(), StoreError> {
    // Powers of two, so that there are few statements, which are kept prepared. Some at a
    // time: the database's thread is not interrupted, and others want to run as well.
    while let Some(most) = calls.len().checked_ilog2() {
        let (some, others) = calls.split_at(1 << most.min(5));
        let mut values = SqliteArguments::default();
        values.reserve(some.len() * CALL.len(), 0);
        for call in some {
            add_call(&mut values, call).map_err(sqlx::Error::Encode)?;
        }
        let statement = sqlx::AssertSqlSafe(insert(some.len()));
        sqlx::query_with(statement, values).execute(&mut *connection).await?;
        calls = others;
        if !pause.is_zero() && !calls.is_empty() {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(())
}

/// A statement for so many calls.
fn insert(rows: usize) -> String {
    let row = format!("({})", ["?"; CALL.len()].join(", "));
    let (columns, rows) = (CALL.join(", "), vec![row; rows].join(", "));
    // What fails ends the transaction, so that nothing has to be kept to undo one statement
    // (SQLite, "The ON CONFLICT Clause").
    format!("INSERT OR FAIL INTO calls ({columns}) VALUES {rows}")
}

fn add_call(values: &mut SqliteArguments, call: &CallRecord) -> Result<(), BoxDynError> {
    values.add(call.id.clone())?;
    values.add(call.at.as_microsecond())?;
    values.add(i64::try_from(call.micros).unwrap_or(i64::MAX))?;
    values.add(call.package.clone())?;
    values.add(call.version.clone())?;
    values.add(call.action.clone())?;
    values.add(call.consumer.clone())?;
    values.add(SURFACES[call.surface as usize].clone())?;
    values.add(OUTCOMES[call.outcome as usize].clone())?;
    values.add(call.code.clone())?;
    values.add(call.detail.clone())?;
    values.add(call.log.clone())?;
    values.add(call.trace.clone())
}

/// Calls that are asked for.
pub async fn find(pool: &SqlitePool, query: &CallQuery) -> Result<Page, StoreError> {
    let mut select = QueryBuilder::<Driver>::new("SELECT * FROM calls WHERE 1");
    for (column, value) in [
        (" AND id = ", query.id.as_deref()),
        (" AND package = ", query.package.as_deref()),
        (" AND version = ", query.version.as_deref()),
        (" AND action = ", query.action.as_deref()),
        (" AND consumer = ", query.consumer.as_deref()),
        (" AND surface = ", query.surface.as_deref()),
        (" AND outcome = ", query.outcome.map(Outcome::word)),
    ] {
        if let Some(value) = value {
            select.push(column).push_bind(value);
        }
    }
    if let Some(slower) = query.slower_ms {
        let micros = i64::try_from(slower.saturating_mul(1000)).unwrap_or(i64::MAX);
        select.push(" AND micros >= ").push_bind(micros);
    }
    if let Some(text) = &query.text {
        let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        let pattern = format!("%{escaped}%");
        select.push(" AND (log LIKE ").push_bind(pattern.clone()).push(r" ESCAPE '\'");
        select.push(" OR detail LIKE ").push_bind(pattern).push(r" ESCAPE '\')");
    }
    if let Some(before) = query.before {
        select.push(" AND at < ").push_bind(before.as_microsecond());
    }
    if let Some(since) = query.since {
        select.push(" AND at >= ").push_bind(since.as_microsecond());
    }
    if let Some(Cursor { at, serial }) = query.cursor {
        select.push(" AND (at, serial) < (").push_bind(at);
        select.push(", ").push_bind(serial).push(")");
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
    // One more tells whether there are more.
    select.push(" ORDER BY at DESC, serial DESC LIMIT ").push_bind(i64::from(limit) + 1);

    let mut connection = pool.acquire().await?;
    let end = Instant::now() + SEARCH;
    let in_time = move || Instant::now() < end;
    connection.lock_handle().await?.set_progress_handler(STEPS, in_time);
    let mut rows = select.build().fetch(&mut *connection);
    let (mut page, mut last, mut bytes) = (Page::default(), None, 0);
    while let Some(row) = next(&mut rows).await.transpose().map_err(|error| searched(&error))? {
        if page.calls.len() >= limit as usize || bytes > MAX_BYTES {
            page.older = last;
            break;
        }
        last = Some(Cursor { at: row.try_get("at")?, serial: row.try_get("serial")? });
        let call = call(&row)?;
        bytes += call.log.len() + call.detail.len();
        page.calls.push(call);
    }
    Ok(page)
}

/// Why calls were not found.
fn searched(error: &sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|it| it.code());
    match code.as_deref() {
        Some(INTERRUPTED) => StoreError(format!(
            "calls like these are too few or too far back to be found within {} s: ask for those \
             of one package, or since a later instant",
            SEARCH.as_secs()
        )),
        _ => StoreError(error.to_string()),
    }
}

fn call(row: &SqliteRow) -> Result<CallRecord, StoreError> {
    let text = |column| row.try_get::<&str, _>(column);
    let shared = |column| text(column).map(Arc::<str>::from);
    Ok(CallRecord {
        id: shared("id")?,
        at: instant(row.try_get("at")?)?,
        micros: u64::try_from(row.try_get::<i64, _>("micros")?).unwrap_or(0),
        package: shared("package")?,
        version: shared("version")?,
        action: shared("action")?,
        consumer: shared("consumer")?,
        surface: Surface::of(text("surface")?).unwrap_or(Surface::Http),
        outcome: Outcome::of(text("outcome")?).unwrap_or(Outcome::Failed),
        code: row.try_get::<Option<&str>, _>("code")?.map(Arc::from),
        detail: shared("detail")?,
        log: shared("log")?,
        trace: shared("trace")?,
    })
}

/// Forgets some calls that are not to be kept; whether there are more of them.
pub async fn forget(connection: &mut SqliteConnection, keep: &Keep) -> Result<bool, StoreError> {
    let old = sqlx::query(
        "DELETE FROM calls WHERE serial IN
         (SELECT serial FROM calls WHERE at < ? ORDER BY at LIMIT ?)",
    );
    let old = old.bind(keep.since.as_microsecond()).bind(FORGOTTEN);
    let forgotten = old.execute(&mut *connection).await?.rows_affected();
    if forgotten > 0 {
        return Ok(i64::try_from(forgotten).is_ok_and(|it| it >= FORGOTTEN));
    }
    // Pages that are free are used again: the file grows no more.
    let used: i64 = sqlx::query_scalar(
        "SELECT (page_count - freelist_count) * page_size
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
    )
    .fetch_one(&mut *connection)
    .await?;
    if u64::try_from(used).is_ok_and(|used| used <= keep.bytes) {
        return Ok(false);
    }
    let first = sqlx::query(
        "DELETE FROM calls WHERE serial IN (SELECT serial FROM calls ORDER BY serial LIMIT ?)",
    );
    Ok(first.bind(FORGOTTEN).execute(connection).await?.rows_affected() > 0)
}
