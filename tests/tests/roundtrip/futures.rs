//! Calls that are futures end as those that have a thread do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ext_host::{Error, Extension, Limit, Limits, Output};
use serde_json::{Value, json};

use super::sink;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn limited(time: Duration) -> Extension {
    let limits = Limits { time, memory: 32 << 20, output: 1 << 20 };
    let host = sink::host().limits(limits).build().expect("a host");
    host.load_bytes(sink::bytes()).expect("the package loads")
}

async fn call(extension: &Extension, action: &str, arguments: &Value) -> (String, Output) {
    let (result, output) = extension.invoke_async(None, action, arguments).await;
    (format!("{result:?}"), output)
}

fn the_same(time: Duration, calls: &[(&str, Value)]) {
    let (threads, futures) = (limited(time), limited(time));
    runtime().block_on(async {
        for (action, arguments) in calls {
            let (result, output) =
                tokio::task::block_in_place(|| threads.invoke(action, arguments));
            let found = call(&futures, action, arguments).await;
            // Not with `assert_eq`: some write much.
            assert!(found == (format!("{result:?}"), output), "{action}");
        }
    });
}

#[test]
fn what_comes_of_them_is_the_same() {
    let calls = [
        ("counts", json!({})),
        ("counts", json!({})),
        ("writes", json!({"lines": 2})),
        ("writes", json!({"lines": 10_000})),
        ("writes_and_panics", json!({"lines": 2, "message": "and then"})),
        ("counts", json!({})),
        ("panics", json!({"message": "out of cheese"})),
        ("aborts", json!({})),
        ("exits", json!({"code": 7})),
        ("overflows_stack", json!({})),
        ("allocates_forever", json!({})),
        ("large", json!({"bytes": 4 << 20})),
        ("large", json!({"bytes": 100})),
        ("swallow", json!({"value": "x".repeat(40 << 20)})),
        ("counts", json!({"more": 1})),
        ("is_not_there", json!({})),
        ("echo-complaint", json!({})),
        ("counts", json!({})),
    ];
    the_same(Duration::from_secs(60), &calls);
    let calls = [
        ("loops_forever", json!({})),
        ("sleeps", json!({"millis": 10_000})),
        ("sleeps_twice", json!({"first": 100, "second": 10_000})),
    ];
    the_same(Duration::from_millis(200), &calls);
}

#[test]
fn on_a_server_they_wait_as_well() {
    let message = json!({"message": "out of cheese"});
    runtime().block_on(async {
        let (counted, _) = call(sink::on_server(), "counts", &json!({})).await;
        assert_eq!(counted, "Ok(Number(0))");
        let (result, _) = sink::on_server().invoke_async(None, "panics", &message).await;
        assert!(matches!(result, Err(Error::Trap(trap)) if trap.message == "out of cheese"));
    });
}

#[test]
fn many_wait_on_one_thread() {
    let extension = sink::load();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let started = Instant::now();
    runtime.expect("a runtime").block_on(async {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let extension = extension.clone();
            calls.spawn(async move {
                extension.invoke_async(None, "sleeps", &json!({"millis": 250})).await.0
            });
        }
        for slept in calls.join_all().await {
            assert!(slept.expect("it sleeps").as_u64().is_some_and(|it| it >= 250));
        }
    });
    // One after the other they would sleep for 10 s.
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn who_computes_lets_others_go_on() {
    let extension = limited(Duration::from_millis(200));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let nothing = json!({});
        let looping = extension.invoke_async(None, "loops_forever", &nothing);
        let others = async {
            let mut calls = 0;
            loop {
                call(&extension, "counts", &nothing).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                calls += 1;
                if calls == 3 {
                    break;
                }
            }
        };
        tokio::pin!(looping);
        tokio::select! {
            ended = &mut looping => panic!("{ended:?}"),
            () = others => {}
        }
        let (result, _) = looping.await;
        assert!(matches!(result, Err(Error::Limit(Limit::Time { .. }))), "{result:?}");
    });
}

#[test]
fn short_turns_take_no_time_away() {
    let time = Duration::from_millis(300);
    let limits = Limits { time, ..Limits::default() };
    let host = sink::host().limits(limits).build().expect("a host");
    let extension = host.load_bytes(sink::bytes()).expect("the package loads");
    let over = AtomicBool::new(false);
    let took = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                host.shorten_turns();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let nothing = json!({});
        let started = Instant::now();
        let (by_thread, _) = extension.invoke("loops_forever", &nothing);
        let by_thread = (started.elapsed(), by_thread);
        let started = Instant::now();
        let (as_future, _) =
            runtime().block_on(extension.invoke_async(None, "loops_forever", &nothing));
        let as_future = (started.elapsed(), as_future);
        over.store(true, Ordering::Relaxed);
        [by_thread, as_future]
    });
    for (took, result) in took {
        assert!(matches!(result, Err(Error::Limit(Limit::Time { .. }))), "{result:?}");
        assert!(took >= time, "{took:?}");
    }
}

#[test]
fn a_dropped_call_leaves_nothing_behind() {
    let extension = sink::load();
    runtime().block_on(async {
        for millis in [0, 15, 40] {
            let nothing = json!({});
            let looping = extension.invoke_async(None, "loops_forever", &nothing);
            let ended = tokio::time::timeout(Duration::from_millis(millis), looping).await;
            assert!(ended.is_err());
            let (counted, _) = call(&extension, "counts", &nothing).await;
            assert_eq!(counted, "Ok(Number(0))");
        }
    });
}
