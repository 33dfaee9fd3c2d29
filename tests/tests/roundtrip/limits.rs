//! What a call may use, and what happens when it wants more.

use std::time::{Duration, Instant};

use ext_host::{Error, Extension, Limit, Limits};
use serde_json::{Value, json};

use super::sink;

const LIMITS: Limits =
    Limits { time: Duration::from_millis(200), memory: 32 << 20, output: 1 << 20 };

/// Longer than any call should take that reached its time: the machine may be busy.
const LATE: Duration = Duration::from_millis(1500);

fn limited() -> Extension {
    let host = sink::host().limits(LIMITS).build().expect("a host");
    host.load_bytes(sink::bytes()).expect("the package loads")
}

#[track_caller]
fn limit(extension: &Extension, action: &str, arguments: Value) -> Limit {
    match sink::failure(extension, action, arguments) {
        Error::Limit(limit) => limit,
        other => panic!("{action} failed with {other:?}"),
    }
}

#[track_caller]
fn out_of_time(extension: &Extension, action: &str, arguments: Value) {
    let start = Instant::now();
    let found = limit(extension, action, arguments);
    let taken = start.elapsed();
    assert_eq!(found, Limit::Time { allowed: LIMITS.time });
    assert!((LIMITS.time..LATE).contains(&taken), "it took {taken:?}");
}

#[test]
fn time() {
    let extension = limited();
    for _ in 0..2 {
        out_of_time(&extension, "loops_forever", json!({}));
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
    }
}

#[test]
fn time_asleep() {
    let extension = limited();
    for millis in [300, 10_000, u64::MAX] {
        out_of_time(&extension, "sleeps", json!({"millis": millis}));
    }
    // Half of the time, and then more than the other half.
    out_of_time(&extension, "sleeps_twice", json!({"first": 100, "second": 10_000}));
    // Every call has all of it.
    for _ in 0..4 {
        let slept = sink::call(&extension, "sleeps", json!({"millis": 80}));
        assert!((80..200).contains(&slept.as_u64().expect("a number")), "{slept}");
    }
    assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
}

#[test]
fn memory() {
    let extension = limited();
    for _ in 0..2 {
        let found = limit(&extension, "allocates_forever", json!({}));
        assert_eq!(found, Limit::Memory { allowed: LIMITS.memory });
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
    }
}

#[test]
fn memory_for_arguments() {
    let value = "x".repeat(40 << 20);
    let found = limit(&limited(), "swallow", json!({"value": value}));
    assert_eq!(found, Limit::Memory { allowed: LIMITS.memory });
}

#[test]
fn memory_that_was_not_insisted_on() {
    let extension = limited();
    let ask = |bytes: u32| sink::call(&extension, "asks_for_memory", json!({"bytes": bytes}));
    assert_eq!(ask(1 << 20), json!(true));
    assert_eq!(ask(64 << 20), json!(false));
    assert_eq!(ask(1 << 20), json!(true));
    // It has nothing to do with what happens to the instance later.
    let failure = sink::failure(&extension, "panics", json!({"message": "another reason"}));
    assert!(
        matches!(&failure, Error::Trap(trap) if trap.message == "another reason"),
        "{failure:?}"
    );
}

#[test]
fn output() {
    let extension = limited();
    let found = limit(&extension, "large", json!({"bytes": 4 << 20}));
    assert_eq!(found, Limit::Output { allowed: LIMITS.output });
    // The limit is for one call, not for all of them together.
    for _ in 0..200 {
        let found = sink::call(&extension, "large", json!({"bytes": 10_000}));
        assert_eq!(found.as_str().map(str::len), Some(13_336));
    }
}

/// The limit counts the result as JSON, to the byte.
#[test]
fn output_is_counted_as_it_is_written() {
    let extension = limited();
    // Base64 in quotes: 1 MiB with two bytes to spare, and two bytes too many.
    let fits = sink::call(&extension, "large", json!({"bytes": 786_429}));
    assert_eq!(fits.as_str().map(str::len), Some(1_048_572));
    // A control character has six bytes in JSON.
    let controls = |count: usize| json!({"value": "\u{1}".repeat(count)});
    let fits = controls(174_762);
    assert_eq!(sink::call(&extension, "echo_string", fits.clone()), fits["value"]);
    for (action, arguments) in
        [("large", json!({"bytes": 786_430})), ("echo_string", controls(174_763))]
    {
        let found = limit(&extension, action, arguments);
        assert_eq!(found, Limit::Output { allowed: LIMITS.output }, "{action}");
    }
}

/// Values are larger in memory than as text.
#[test]
fn output_of_many_small_values() {
    let limits = Limits { output: 8 << 20, ..Limits::default() };
    let host = sink::host().limits(limits).build().expect("a host");
    let extension = host.load_bytes(sink::bytes()).expect("the package loads");
    let numbers = json!((0..840_000).map(|it| it % 1000).collect::<Vec<i64>>());
    let echoed = sink::call(&extension, "echo_i64s", json!({"value": numbers}));
    assert!(echoed == numbers, "other numbers");
}

#[test]
fn output_that_is_much_only_as_json() {
    let extension = limited();
    for (value, fits) in [(json!(vec![0; 10_000]), true), (json!(vec![json!({}); 30_000]), false)] {
        let arguments = json!({ "value": value });
        if fits {
            assert_eq!(sink::call(&extension, "echo_json", arguments), value);
        } else {
            let found = limit(&extension, "echo_json", arguments);
            assert_eq!(found, Limit::Output { allowed: LIMITS.output });
        }
    }
}

#[test]
fn no_limits_to_speak_of() {
    let limits = Limits { time: Duration::MAX, memory: usize::MAX, output: usize::MAX };
    let host = sink::host().limits(limits).build().expect("a host");
    let extension = host.load_bytes(sink::bytes()).expect("the package loads");
    let slept = sink::call(&extension, "sleeps", json!({"millis": 40}));
    assert!(slept.as_u64().is_some_and(|millis| millis >= 40), "{slept}");
    assert_eq!(sink::call(&extension, "large", json!({"bytes": 3})), json!("paWl"));
}
