//! An extension's memory stays as it is, however often its actions are called.

use ext_host::{Error, Extension};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::sink;
use super::typed::{
    Counts, EchoLines, EchoMany, EchoOptionLine, EchoOutcome, EchoStrings, Line, Many, MemoryPages,
    Refusal, UnknownName, many, ok,
};

/// Calls `call` a number of times on one instance. A leak of four bytes a call would be seen
/// among a million.
#[track_caller]
fn stays_flat(calls: u32, call: impl Fn(&Extension, usize)) {
    let extension = sink::load();
    // The allocator takes what it needs for good in the first calls.
    (0..2000).for_each(|number| call(&extension, number));
    assert_eq!(ok(extension.call::<Counts>(())), 0);
    let before = ok(extension.call::<MemoryPages>(()));
    (0..calls as usize).for_each(|number| call(&extension, number));
    assert_eq!(ok(extension.call::<MemoryPages>(())), before, "pages after {calls} calls");
    // It was one instance all the time.
    assert_eq!(ok(extension.call::<Counts>(())), 1);
}

fn samples() -> Vec<Many> {
    let mut runner = TestRunner::deterministic();
    (0..40).map(|_| many().new_tree(&mut runner).expect("a value").current()).collect()
}

#[test]
fn of_a_million_calls_with_parameters_in_memory() {
    let many = Many {
        b: "some text".into(),
        c: vec![1; 30],
        d: vec![line("a"), line("b")],
        e: line("c"),
        f: Some(line("d")),
        i: vec![vec!["x".into(), String::new()], vec![]],
        l: Ok("fine".into()),
        ..samples().swap_remove(0)
    };
    stays_flat(1_000_000, |extension, _| {
        let found = ok(extension.call::<EchoMany>(many.borrowed()));
        assert_eq!(found.d.len(), 2);
    });
}

fn line(sku: &str) -> Line {
    Line { sku: sku.into(), quantity: 1, unit_price: 2.5, note: Some("a note".into()) }
}

#[test]
fn of_calls_with_random_parameters() {
    let samples = samples();
    stays_flat(100_000, |extension, number| {
        let sample = &samples[number % samples.len()];
        ok(extension.call::<EchoMany>(sample.borrowed()));
    });
}

#[test]
fn of_calls_with_lists_and_options() {
    let lines: Vec<Line> = ["", "a", "some more text"].map(line).into();
    let strings: Vec<String> = ["", "a", "some more text"].map(str::to_owned).into();
    stays_flat(100_000, |extension, number| {
        ok(extension.call::<EchoLines>((&lines[number % 3..],)));
        ok(extension.call::<EchoStrings>((&strings[number % 3..],)));
        ok(extension.call::<EchoOptionLine>((lines.get(number % 4),)));
    });
}

#[test]
fn of_calls_that_fail() {
    let refusals = [
        Refusal::Closed,
        Refusal::UnknownName(UnknownName { name: "n".repeat(40), place: "p".into() }),
    ];
    stays_flat(200_000, |extension, number| {
        let outcome = match number % 3 {
            2 => Ok("fine"),
            at => Err(&refusals[at]),
        };
        match extension.call::<EchoOutcome>((outcome,)) {
            Ok(_) => assert_eq!(number % 3, 2),
            Err(Error::Action(_)) => assert_ne!(number % 3, 2),
            Err(other) => panic!("{other:?}"),
        }
    });
}

#[test]
fn of_calls_as_json() {
    let lines = json!([{"sku": "a", "quantity": 1, "unit_price": 2.5, "note": "n"}]);
    let labels = json!({"": "", "a": "b", "long": "x".repeat(100)});
    stays_flat(10_000, |extension, _| {
        sink::call(extension, "echo_lines", json!({"value": lines}));
        sink::call(extension, "echo_labels", json!({"value": labels}));
        sink::call(extension, "swallow", json!({"value": "gone"}));
    });
}
