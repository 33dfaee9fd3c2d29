//! The store, and the server when its store fails.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ext_definition::code;
use ext_registry::{Digest, PackageName};
use ext_server::auth::Caller;
use ext_server::store::{
    CallQuery, CallRecord, Deployment, Event, Keep, Outcome, Settings, Sqlite, StatisticsQuery,
    Store, Surface,
};
use ext_server::{Configuration, Platform};
use jiff::Timestamp;
use sqlx::Connection;

fn call(second: i64, micros: u64, outcome: Outcome) -> CallRecord {
    CallRecord {
        id: format!("id-{second}-{micros}").into(),
        at: Timestamp::from_second(second).unwrap(),
        micros,
        package: if second % 2 == 0 { "acme:even" } else { "other:odd" }.into(),
        version: "1.0.0".into(),
        action: "act".into(),
        consumer: "loopback".into(),
        surface: Surface::Http,
        outcome,
        code: (outcome != Outcome::Ok).then(|| "EXT0504".into()),
        detail: "it's \"quoted\"".into(),
        log: "a\nb".into(),
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

async fn opened(folder: &tempfile::TempDir) -> Sqlite {
    Sqlite::open(&folder.path().join("s.sqlite")).await.unwrap()
}

async fn record(store: &impl Store, calls: &[CallRecord]) {
    for some in calls.chunks(2000) {
        let some: Vec<Arc<CallRecord>> = some.iter().cloned().map(Arc::new).collect();
        store.record(&some, Duration::ZERO).await.unwrap();
    }
}

/// One hundred calls in each of ten seconds, of 1 to 100 milliseconds; those of 100 failed.
fn thousand() -> Vec<CallRecord> {
    let outcome = |it| if it == 100 { Outcome::Trap } else { Outcome::Ok };
    let of = |second| (1..=100).map(move |it| call(second, it * 1000, outcome(it)));
    (0..10).flat_map(of).collect()
}

#[tokio::test]
async fn calls_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mut calls = thousand();
    calls[5] = CallRecord {
        version: "2.0.0".into(),
        action: "other".into(),
        consumer: "shop".into(),
        surface: Surface::Mcp,
        log: "100% of A_b\\c".into(),
        ..calls[5].clone()
    };
    record(&store, &calls).await;
    let some = |query: CallQuery| {
        let store = &store;
        async move { store.calls(&query).await.unwrap() }
    };
    let last = some(CallQuery { limit: Some(1), ..CallQuery::default() }).await;
    assert_eq!(last.calls, calls[999..]);
    let text = |it: &str| Some(it.to_owned());
    let all = CallQuery { limit: Some(1000), ..CallQuery::default() };
    for (query, count) in [
        (CallQuery { package: text("acme:even"), ..all.clone() }, 500),
        (CallQuery { namespaces: vec!["acme".into()], ..all.clone() }, 500),
        (CallQuery { outcome: Some(Outcome::Trap), ..all.clone() }, 10),
        (CallQuery { version: text("2.0.0"), ..all.clone() }, 1),
        (CallQuery { action: text("other"), ..all.clone() }, 1),
        (CallQuery { consumer: text("shop"), ..all.clone() }, 1),
        (CallQuery { surface: text("mcp"), ..all.clone() }, 1),
        (CallQuery { slower_ms: Some(99), ..all.clone() }, 20),
        (CallQuery { slower_ms: Some(u64::MAX), ..all.clone() }, 0),
        (CallQuery { text: text("IT'S \""), ..all.clone() }, 1000),
        (CallQuery { text: text("0% of a_B\\"), ..all.clone() }, 1),
        (CallQuery { text: text("A%b"), ..all.clone() }, 0),
        (CallQuery { id: text("' OR 1 = 1 --"), ..all.clone() }, 0),
    ] {
        assert_eq!(some(query.clone()).await.calls.len(), count, "{query:?}");
        // Whoever follows is told of the same.
        assert_eq!(calls.iter().filter(|it| query.fits(it)).count(), count, "{query:?}");
    }
    let early = CallQuery { before: Timestamp::from_second(3).ok(), ..all.clone() };
    assert_eq!(some(early).await.calls.len(), 300);

    // Page by page, where many began at the same instant.
    let (mut query, mut found) = (CallQuery { limit: Some(7), ..all }, Vec::new());
    loop {
        let page = some(query.clone()).await;
        found.extend(page.calls);
        query.cursor = page.older;
        if query.cursor.is_none() {
            break;
        }
    }
    found.reverse();
    assert_eq!(found, calls);
}

#[tokio::test]
async fn calls_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let calls: Vec<CallRecord> = thousand();
    // Ten minutes, each in several transactions; and those that did not run.
    let minute =
        |call: &CallRecord| Timestamp::from_second(3600 + call.at.as_second() * 60 + 59).unwrap();
    let mut calls: Vec<CallRecord> =
        calls.into_iter().map(|it| CallRecord { at: minute(&it), ..it }).collect();
    for (outcome, count) in [(Outcome::Shed, 30), (Outcome::Arguments, 20), (Outcome::Error, 1)] {
        let micros = if outcome.ran() { 1000 } else { 10_000_000 };
        calls.extend((0..count).map(|_| call(3600, micros, outcome)));
    }
    for some in calls.chunks(70) {
        record(&store, some).await;
    }
    let instant = |it| Timestamp::from_second(it).unwrap();
    let query = |since, minutes: i64, buckets| StatisticsQuery {
        package: None,
        since: instant(since),
        until: instant(since + minutes * 60),
        buckets,
    };
    let near = |found: u64, exact: u64| {
        assert!(found.abs_diff(exact) <= exact / 16, "{found} is not {exact}");
    };
    let buckets = store.statistics(&query(3600, 10, 5)).await.unwrap();
    assert_eq!(buckets.len(), 5);
    for ((index, counts), wanted) in buckets.iter().zip(0..) {
        let (shed, errors) = if wanted == 0 { (30, 21) } else { (0, 0) };
        assert_eq!((*index, counts.calls()), (wanted, 200 + shed + errors));
        assert_eq!((counts.failed(), counts.shed(), counts.errors()), (2, shed, errors));
        assert_eq!(counts.mean(), if wanted == 0 { 50_253 } else { 50_500 });
        for (percent, exact) in [(50, 50_000), (95, 95_000), (99, 99_000)] {
            near(counts.percentile(percent), exact);
        }
    }
    // In half hours, of one package, and of each.
    let hours = store.statistics(&query(0, 180, 3)).await.unwrap();
    let hours: Vec<_> = hours.iter().map(|(index, it)| (*index, it.calls())).collect();
    assert_eq!(hours, [(1, 1051)]);
    let odd = StatisticsQuery { package: Some("other:odd".into()), ..query(3600, 10, 10) };
    let odd = store.statistics(&odd).await.unwrap();
    assert_eq!(odd.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 3, 5, 7, 9]);
    let totals = store.totals(instant(3700)).await.unwrap();
    let totals: Vec<_> = totals.iter().map(|(name, it)| (&**name, it.calls())).collect();
    assert_eq!(totals, [("acme:even", 551), ("other:odd", 500)]);
    assert_eq!(store.totals(instant(7200)).await.unwrap(), []);

    // They stay when calls are forgotten, but not for ever: these are of 1970.
    let keep = Keep { since: instant(9000), bytes: u64::MAX };
    while store.forget(&keep).await.unwrap() {}
    assert_eq!(store.calls(&CallQuery::default()).await.unwrap().calls, []);
    assert_eq!(store.totals(instant(0)).await.unwrap(), []);
    let mut now = call(0, 1000, Outcome::Ok);
    now.at = Timestamp::now();
    record(&store, &[now.clone()]).await;
    let keep = Keep { since: Timestamp::MAX, bytes: u64::MAX };
    while store.forget(&keep).await.unwrap() {}
    assert_eq!(store.calls(&CallQuery::default()).await.unwrap().calls, []);
    assert_eq!(store.totals(instant(0)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn calls_are_forgotten_by_age_and_by_size() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let calls: Vec<CallRecord> = (0..20_000)
        .map(|second| CallRecord { log: "x".repeat(300).into(), ..call(second, 1, Outcome::Ok) })
        .collect();
    record(&store, &calls).await;
    let left = || async {
        let all = CallQuery { limit: Some(1000), ..CallQuery::default() };
        let (mut query, mut left) = (all, Vec::new());
        loop {
            let page = store.calls(&query).await.unwrap();
            left.extend(page.calls.iter().map(|it| it.at.as_second()));
            query.cursor = page.older;
            if query.cursor.is_none() {
                return left;
            }
        }
    };
    let keep = Keep { since: Timestamp::from_second(8500).unwrap(), bytes: u64::MAX };
    let mut times = 1;
    while store.forget(&keep).await.unwrap() {
        times += 1;
    }
    // Some at a time.
    assert!(times > 2, "{times}");
    assert_eq!(left().await, (8500..20_000).rev().collect::<Vec<_>>());

    let keep = Keep { since: Timestamp::MIN, bytes: 4 << 20 };
    while store.forget(&keep).await.unwrap() {}
    let kept = left().await;
    assert!((2000..9000).contains(&kept.len()), "{}", kept.len());
    let first = 20_000 - i64::try_from(kept.len()).unwrap();
    assert_eq!(kept, (first..20_000).rev().collect::<Vec<_>>());
    // What was freed is used again.
    let file = folder.path().join("s.sqlite");
    let before = file.metadata().unwrap().len();
    record(&store, &calls[..3000]).await;
    assert_eq!(file.metadata().unwrap().len(), before);
}

#[tokio::test]
async fn looking_for_calls_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let calls: Vec<CallRecord> = (0..400)
        .map(|second| CallRecord { log: "a".repeat(20_000).into(), ..call(second, 1, Outcome::Ok) })
        .collect();
    record(&store, &calls).await;
    // A pattern that takes SQLite long, everywhere; others are not held up meanwhile.
    let text = Some(format!("{}b", "a".repeat(1000)));
    let query = CallQuery { text, ..CallQuery::default() };
    let (found, checked) = tokio::join!(store.calls(&query), store.check());
    checked.unwrap();
    let error = found.unwrap_err();
    assert!(error.0.contains("too far back to be found within 5 s"), "{error}");
    let last = store.calls(&CallQuery { limit: Some(1), ..CallQuery::default() }).await.unwrap();
    assert_eq!(last.calls, calls[399..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_changes_go_on_while_old_calls_are_forgotten() {
    const OLD: i64 = 100_000;
    const NEW: i64 = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let file = data.join("server.sqlite");
    {
        let store = Sqlite::open(&file).await.unwrap();
        let old: Vec<CallRecord> = (0..OLD).map(|it| call(it, 1, Outcome::Ok)).collect();
        record(&store, &old).await;
    }
    let configuration = Configuration::new(data, folder.path().join("registry"));
    let (platform, written) = Platform::open(configuration).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let changes = tokio::spawn({
        let (platform, done) = (platform.clone(), done.clone());
        async move {
            let (name, by) = (PackageName::new("acme", "orders").unwrap(), Caller::loopback());
            let mut changes = 0;
            while !done.load(Ordering::Relaxed) {
                let granted = BTreeSet::from([format!("http:{changes}.example.com")]);
                platform.grant(&by, &name, granted).await.unwrap();
                changes += 1;
            }
            changes
        }
    });
    let now = Timestamp::now();
    for number in 0..NEW {
        let id = number.to_string().into();
        platform.recorder().record(CallRecord { id, at: now, ..call(0, 1, Outcome::Ok) });
    }
    let counted = loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(platform.recorder().lost(), 0);
        let old = CallQuery { before: Some(now), limit: Some(1), ..CallQuery::default() };
        let old = platform.store().calls(&old).await.unwrap();
        if platform.recorder().waiting() == 0 && old.calls.is_empty() {
            break platform.store().totals(now).await.unwrap();
        }
    };
    done.store(true, Ordering::Relaxed);
    assert!(changes.await.unwrap() > 0);
    assert_eq!(counted[0].1.calls(), NEW.unsigned_abs());
    drop(platform);
    written.await.unwrap();
}

#[tokio::test]
async fn a_store_that_fails_is_said_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let configuration = Configuration::new(data.clone(), folder.path().join("registry"));
    let (platform, _task) = Platform::open(configuration).await.unwrap();
    let name = PackageName::new("acme", "orders").unwrap();
    let granted = BTreeSet::from(["http:example.com".to_owned()]);

    // Somebody else holds the file, for longer than is waited for it.
    let file = format!("sqlite://{}", data.join("server.sqlite").display());
    let mut other = sqlx::SqliteConnection::connect(&file).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let problem = platform.grant(&Caller::loopback(), &name, granted.clone()).await.unwrap_err();
    assert_eq!(problem.code(), code::STORE_FAILED);
    assert_eq!(platform.granted(&name), BTreeSet::new());

    // And gives it back.
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    platform.grant(&Caller::loopback(), &name, granted.clone()).await.unwrap();
    assert_eq!(platform.granted(&name), granted);
    let events = platform.store().events(Some("acme:orders"), 10).await.unwrap();
    assert_eq!(events.len(), 1);
}

/// A version whose file nobody has.
fn lost(version: &str) -> Deployment {
    Deployment {
        name: PackageName::new("acme", "orders").unwrap(),
        version: version.parse().unwrap(),
        digest: Digest::of(version.as_bytes()),
        component: Digest::of(version.as_bytes()),
        settings: Settings::default(),
        at: Timestamp::UNIX_EPOCH,
        by: "loopback".into(),
        activation: None,
    }
}

#[tokio::test]
async fn versions_that_are_lost_are_listed_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let store = Sqlite::open(&data.join("server.sqlite")).await.unwrap();
    let name = PackageName::new("acme", "orders").unwrap();
    let event = Event {
        at: Timestamp::UNIX_EPOCH,
        who: "loopback".into(),
        token: None,
        what: "deploy".into(),
        subject: name.to_string(),
        detail: String::new(),
    };
    for version in ["1.0.0", "2.0.0"] {
        store.deploy(&lost(version), None, std::slice::from_ref(&event)).await.unwrap();
        // As an earlier server could leave it: none of them is active.
        store.deactivate(&name, &version.parse().unwrap(), &event).await.unwrap();
    }
    let open = || Platform::open(Configuration::new(data.clone(), folder.path().join("none")));
    let (platform, _task) = open().await.unwrap();
    assert_eq!(platform.deployments().count(), (2, 2));
    let caller = Caller::loopback();
    let find = |wanted| platform.deployments().find(&name, wanted).err().unwrap();
    let without = find(None);
    assert_eq!(without.code(), code::NOT_DEPLOYED);
    assert!(without.detail().ends_with("deployed are: 1.0.0, 2.0.0"), "{}", without.detail());
    for wanted in ["1", "2", "=2.0.0", ">=1"] {
        assert_eq!(find(Some(wanted)).code(), code::NOT_LOADED, "{wanted}");
    }
    let back = |to: Option<&str>| {
        let (platform, caller, name) = (&platform, &caller, &name);
        let to = to.map(|it| it.parse().unwrap());
        async move { platform.rollback(caller, name, to.as_ref()).await.err().unwrap() }
    };
    assert_eq!(back(None).await.code(), code::NO_EARLIER_VERSION);
    assert_eq!(back(Some("3.0.0")).await.code(), code::NOT_DEPLOYED);
    let problem = back(Some("2.0.0")).await;
    assert_eq!(problem.code(), code::NOT_LOADED);
    assert!(problem.detail().contains(".wasm"), "{}", problem.detail());

    // With what is left one goes on, also when the server starts again.
    let gone = platform.undeploy(&caller, &name, Some("1")).await.unwrap();
    assert_eq!(gone.undeployed.len(), 1);
    assert_eq!(find(None).code(), code::NOT_LOADED);
    drop(platform);
    let (platform, _task) = open().await.unwrap();
    let versions = platform.deployments().versions(&name).unwrap();
    assert_eq!(versions.active_version().unwrap().to_string(), "2.0.0");
    platform.undeploy(&caller, &name, None).await.unwrap();
    assert_eq!(platform.deployments().count(), (0, 0));
}

#[tokio::test]
async fn grants_are_written_with_their_deployment() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("s.sqlite")).await.unwrap();
    let granted = BTreeSet::from(["http:example.com".to_owned()]);
    let deployed = store.deploy(&lost("1.0.0"), Some(&granted), &[]).await.unwrap();
    assert_eq!(deployed.activation, Some(1));
    assert_eq!(store.grants().await.unwrap(), [(deployed.name, granted)]);
}

#[tokio::test]
async fn a_store_of_somebody_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.sqlite");
    std::fs::write(&file, "this is no database, and long enough to be looked at as one").unwrap();
    assert!(Sqlite::open(&file).await.is_err());
}
