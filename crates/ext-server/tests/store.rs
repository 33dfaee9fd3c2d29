//! The store, and the server when its store fails.

use std::collections::BTreeSet;

use ext_definition::code;
use ext_registry::{Digest, PackageName};
use ext_server::auth::Caller;
use ext_server::store::{
    CallQuery, CallRecord, Deployment, Event, Outcome, Settings, Sqlite, StatisticsQuery, Store,
};
use ext_server::{Configuration, Platform};
use jiff::Timestamp;
use sqlx::Connection;

fn call(second: i64, micros: u64, outcome: Outcome) -> CallRecord {
    CallRecord {
        id: format!("id-{second}-{micros}"),
        at: Timestamp::from_second(second).unwrap(),
        micros,
        package: if second % 2 == 0 { "acme:even" } else { "other:odd" }.into(),
        version: "1.0.0".into(),
        action: "act".into(),
        consumer: "loopback".into(),
        surface: "http".into(),
        outcome,
        code: (outcome != Outcome::Ok).then(|| "EXT0504".into()),
        detail: "it's \"quoted\"".into(),
        log: "a\nb".into(),
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

#[tokio::test]
async fn calls_are_found_counted_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("s.sqlite")).await.unwrap();
    // One hundred calls in each of ten seconds, of 1 to 100 microseconds; those of 100 failed.
    let calls: Vec<CallRecord> = (0..10)
        .flat_map(|second| {
            let outcome = |it| if it == 100 { Outcome::Trap } else { Outcome::Ok };
            (1..=100).map(move |micros| call(second, micros, outcome(micros)))
        })
        .collect();
    store.record(calls.clone()).await.unwrap();
    let some = |query: CallQuery| {
        let store = &store;
        async move { store.calls(&query).await.unwrap() }
    };
    let last = some(CallQuery { limit: Some(1), ..CallQuery::default() }).await;
    assert_eq!(last, calls[999..]);
    let limit = Some(1000);
    let even = CallQuery { package: Some("acme:even".into()), limit, ..CallQuery::default() };
    assert_eq!(some(even).await.len(), 500);
    let acme = CallQuery { namespaces: vec!["acme".into()], limit, ..CallQuery::default() };
    assert_eq!(some(acme).await.len(), 500);
    let trapped = CallQuery { outcome: Some(Outcome::Trap), limit, ..CallQuery::default() };
    assert_eq!(some(trapped).await.len(), 10);
    let early = CallQuery { before: Timestamp::from_second(3).ok(), limit, ..CallQuery::default() };
    assert_eq!(some(early).await.len(), 300);
    let nobody = CallQuery { id: Some("' OR 1 = 1 --".into()), ..CallQuery::default() };
    assert_eq!(some(nobody).await, []);

    let (since, until) = (Timestamp::from_second(0).unwrap(), Timestamp::from_second(10).unwrap());
    let query = StatisticsQuery { package: None, since, until, buckets: 5 };
    let buckets = store.statistics(&query).await.unwrap();
    assert_eq!(buckets.len(), 5);
    for (bucket, index) in buckets.iter().zip(0..) {
        let found = (bucket.index, bucket.calls, bucket.errors);
        assert_eq!(found, (index, 200, 2));
        assert_eq!((bucket.p50, bucket.p95, bucket.p99), (50, 95, 99));
    }
    assert_eq!(store.forget_calls(Timestamp::from_second(9).unwrap()).await.unwrap(), 900);
    let left = some(CallQuery { limit, ..CallQuery::default() }).await;
    assert_eq!(left.len(), 100);
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
    assert_eq!(gone.len(), 1);
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
