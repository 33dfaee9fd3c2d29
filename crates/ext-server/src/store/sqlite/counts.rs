//! Calls, counted while they are written down.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite as Driver};

use crate::store::histogram::Histogram;
use crate::store::{CallRecord, Counts, Outcome, StatisticsQuery, StoreError};

/// The spans in which calls are counted, and how long that is kept: both in minutes. Short spans
/// for who looks at the last hour, long ones so that few are read of many days.
const SPANS: [(i64, i64); 2] = [(MINUTE, DAY), (HALF_HOUR, 90 * DAY)];

const MINUTE: i64 = 1;
const HALF_HOUR: i64 = 30;
const DAY: i64 = 24 * 60;

/// Minutes that are forgotten at once.
const FORGOTTEN: i64 = 60;

/// What was counted, in the order in which it is read and written.
const COUNTED: &str = r#"ok, error, arguments, trap, "limit", shed, failed, micros, durations"#;

/// Of which minute, and of which action: package, version, name.
type Key<'a> = (i64, [&'a str; 3]);

/// The minute of an instant, since 1970.
fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// Counts calls.
pub async fn add(
    connection: &mut SqliteConnection,
    calls: &[Arc<CallRecord>],
) -> Result<(), StoreError> {
    let mut counted: HashMap<Key<'_>, Counts> = HashMap::new();
    for call in calls {
        let key = (minute(call.at), [&*call.package, &*call.version, &*call.action]);
        counted.entry(key).or_default().add(call);
    }
    for (length, _) in SPANS {
        let mut spans: HashMap<Key<'_>, Counts> = HashMap::new();
        for ((minute, action), counts) in &counted {
            let start = minute.div_euclid(length) * length;
            spans.entry((start, *action)).or_default().merge(counts);
        }
        for ((start, action), counts) in spans {
            merge(connection, length, start, action, counts).await?;
        }
    }
    Ok(())
}

/// Adds to what was counted before of a span: nobody else writes meanwhile.
async fn merge(
    connection: &mut SqliteConnection,
    length: i64,
    start: i64,
    [package, version, action]: [&str; 3],
    mut counts: Counts,
) -> Result<(), StoreError> {
    let mut select = QueryBuilder::<Driver>::new("SELECT ");
    select.push(COUNTED).push(" FROM counts WHERE length = ").push_bind(length);
    select.push(" AND start = ").push_bind(start).push(" AND package = ").push_bind(package);
    select.push(" AND version = ").push_bind(version).push(" AND action = ").push_bind(action);
    if let Some(row) = select.build().fetch_optional(&mut *connection).await? {
        counts.merge(&read(&row)?);
    }
    let mut insert = QueryBuilder::<Driver>::new(
        "INSERT OR REPLACE INTO counts (length, start, package, version, action, ",
    );
    insert.push(COUNTED).push(") VALUES (");
    let mut values = insert.separated(", ");
    values.push_bind(length).push_bind(start);
    values.push_bind(package).push_bind(version).push_bind(action);
    for count in counts.outcomes.into_iter().chain([counts.micros]) {
        values.push_bind(i64::try_from(count).unwrap_or(i64::MAX));
    }
    values.push_bind(counts.durations.to_bytes());
    insert.push(")");
    insert.build().execute(connection).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Counts, StoreError> {
    let number = |column: usize| -> Result<u64, StoreError> {
        Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
    };
    let mut counts = Counts::default();
    for (column, count) in counts.outcomes.iter_mut().enumerate() {
        *count = number(column)?;
    }
    let after = Outcome::ALL.len();
    counts.micros = number(after)?;
    let durations: &[u8] = row.try_get(after + 1)?;
    counts.durations = Histogram::of_bytes(durations)
        .ok_or_else(|| StoreError("durations of calls are stored in another form".into()))?;
    Ok(counts)
}

/// Counts of equal spans of time.
pub async fn over_time(
    pool: &SqlitePool,
    query: &StatisticsQuery,
) -> Result<Vec<(u32, Counts)>, StoreError> {
    let (since, until) = (minute(query.since), minute(query.until));
    let width = ((until - since) / i64::from(query.buckets.max(1))).max(1);
    let length = if width < HALF_HOUR { MINUTE } else { HALF_HOUR };
    let mut select = QueryBuilder::<Driver>::new("SELECT ");
    select.push(COUNTED).push(", start FROM counts WHERE length = ").push_bind(length);
    select.push(" AND start >= ").push_bind(since.div_euclid(length) * length);
    select.push(" AND start < ").push_bind(until);
    if let Some(package) = &query.package {
        select.push(" AND package = ").push_bind(package);
    }
    let mut buckets: BTreeMap<u32, Counts> = BTreeMap::new();
    for row in select.build().fetch_all(pool).await? {
        let bucket = (row.try_get::<i64, _>("start")? - since).max(0) / width;
        let bucket = u32::try_from(bucket).unwrap_or(u32::MAX);
        let bucket = bucket.min(query.buckets.saturating_sub(1));
        buckets.entry(bucket).or_default().merge(&read(&row)?);
    }
    Ok(buckets.into_iter().collect())
}

/// Counts of each package.
pub async fn totals(
    pool: &SqlitePool,
    since: Timestamp,
) -> Result<Vec<(String, Counts)>, StoreError> {
    let mut select = QueryBuilder::<Driver>::new("SELECT ");
    select.push(COUNTED).push(", package FROM counts WHERE length = ").push_bind(HALF_HOUR);
    let since = minute(since).div_euclid(HALF_HOUR) * HALF_HOUR;
    select.push(" AND start >= ").push_bind(since);
    let mut packages: BTreeMap<String, Counts> = BTreeMap::new();
    for row in select.build().fetch_all(pool).await? {
        packages.entry(row.try_get("package")?).or_default().merge(&read(&row)?);
    }
    Ok(packages.into_iter().collect())
}

/// Forgets some counts that nobody asks for any more; whether there are more of them.
pub async fn forget(connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, StoreError> {
    let mut more = false;
    for (length, kept) in SPANS {
        let old = sqlx::query(
            "DELETE FROM counts WHERE length = ?1 AND start <
             min(?2, (SELECT min(start) + ?3 FROM counts WHERE length = ?1))",
        );
        let old = old.bind(length).bind(minute(now) - kept).bind(FORGOTTEN);
        more |= old.execute(&mut *connection).await?.rows_affected() > 0;
    }
    Ok(more)
}
