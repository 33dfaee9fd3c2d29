//! Random values through every echo action.

use ext_definition::model::{Action, Type};
use ext_host::{Error, Extension};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::sink;
use super::values::{Values, doubles, same};

/// Random values for each action.
const VALUES: u32 = 2000;

/// Actions that give back their argument and are named otherwise.
const OTHER_NAMES: [&str; 7] = ["price", "record", "list", "static", "run", "arguments", "result"];

#[test]
fn what_comes_back_equals_what_went_in() {
    echoes(&sink::load(), VALUES);
}

#[test]
fn so_it_does_from_a_server() {
    echoes(sink::on_server(), VALUES / 20);
}

fn echoes(extension: &Extension, values_for_each: u32) {
    let definition = extension.definition();
    let is_echo = |action: &&Action| {
        action.name.starts_with("echo_") || OTHER_NAMES.contains(&action.name.as_str())
    };
    let actions: Vec<&Action> = definition.actions.iter().filter(is_echo).collect();
    assert!(actions.len() > 120, "the kitchen sink has {} echo actions", actions.len());
    let values = Values::of(definition);
    for action in actions {
        let mut runner = TestRunner::new(Config {
            cases: values_for_each,
            failure_persistence: None,
            ..Config::default()
        });
        let cases = runner.run(&values.arguments(action), |arguments| {
            let expected = expected(action, &arguments);
            check(extension, action, &arguments, &expected)
        });
        if let Err(failure) = cases {
            panic!("{}: {failure}", action.name);
        }
    }
}

fn check(
    extension: &Extension,
    action: &Action,
    arguments: &Value,
    expected: &Result<Value, Value>,
) -> Result<(), TestCaseError> {
    let (equal, found) = match (extension.call_json(&action.name, arguments), expected) {
        (Ok(found), Ok(expected)) => (same(&found, expected), found),
        (Err(Error::Action(found)), Err(expected)) => (same(&found.value, expected), found.value),
        (Ok(found), Err(_)) => (false, found),
        (Err(error), _) => return Err(TestCaseError::fail(error.to_string())),
    };
    prop_assert!(equal, "{} came back", found);
    Ok(())
}

/// What an echo action answers: its argument, its arguments side by side, or success and
/// failure as its argument says.
fn expected(action: &Action, arguments: &Value) -> Result<Value, Value> {
    let values: Vec<&Value> = action.parameters.iter().map(|it| &arguments[&it.name]).collect();
    match (&values[..], &action.error, &action.result) {
        ([outcome], Some(_), _) => match outcome.get("ok") {
            Some(value) => Ok(value.clone()),
            None => Err(outcome["err"].clone()),
        },
        ([], ..) => Ok(Value::Null),
        ([value], ..) => Ok((*value).clone()),
        (values, _, Some(Type::Tuple(_))) => Ok(json!(values)),
        _ => Ok(arguments.clone()),
    }
}

/// Most callers have their values from JSON texts, and write texts.
#[test]
fn numbers_survive_being_text() {
    let extension = sink::shared();
    let config = Config { cases: VALUES, failure_persistence: None, ..Config::default() };
    let numbers = doubles().prop_filter("JSON has no such number", |it| it.is_finite());
    let cases = TestRunner::new(config).run(&numbers, |number| {
        let text = json!({"value": number}).to_string();
        let arguments: Value = serde_json::from_str(&text).expect("it was written just now");
        let found = sink::call(extension, "echo_f64", arguments).to_string();
        prop_assert_eq!(found.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()));
        Ok(())
    });
    if let Err(failure) = cases {
        panic!("{failure}");
    }
}

#[test]
fn values_may_be_written_in_more_ways_than_one() {
    let extension = sink::shared();
    for (action, written, expected) in [
        // 64 bits are more than many a JSON reader keeps.
        ("echo_u64", json!("18446744073709551615"), json!(u64::MAX)),
        ("echo_i64", json!("-9223372036854775808"), json!(i64::MIN)),
        // Binary data as a list.
        ("echo_bytes", json!([0, 127, 255]), json!("AH//")),
        ("echo_blobs", json!([[1], "AQ==", []]), json!(["AQ==", "AQ==", ""])),
        // Whole numbers where there may be others.
        ("echo_f64", json!(3), json!(3.0)),
        ("echo_f32", json!(-7), json!(-7.0)),
        // A case without data as an object.
        ("echo_color", json!({"Red": null}), json!("Red")),
        // Data that may be missing.
        ("echo_cell", json!("Perhaps"), json!({"Perhaps": null})),
    ] {
        let found = sink::call(extension, action, json!({"value": written}));
        assert_eq!(found, expected, "{action}({written})");
    }
    // Options need not be given, wherever they are.
    assert_eq!(sink::call(extension, "echo_option_u32", json!({})), json!(null));
    assert_eq!(sink::call(extension, "echo_nothing", json!(null)), json!(null));
    let line = json!({"sku": "A", "quantity": 1, "unit_price": 2.5});
    let found = sink::call(extension, "echo_line", json!({"value": line}));
    assert_eq!(found, json!({"sku": "A", "quantity": 1, "unit_price": 2.5, "note": null}));
}

#[test]
fn actions_have_one_name_in_two_notations() {
    for name in ["echo_u32", "echo-u32"] {
        assert_eq!(sink::call(sink::shared(), name, json!({"value": 7})), json!(7));
    }
}
