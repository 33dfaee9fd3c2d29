//! Arguments that do not fit: every mistake is said, and where it is.

use ext_host::Error;
use serde_json::{Value, json};

use super::sink;

/// The mistakes of a call: paths and reasons.
#[track_caller]
fn mistakes(action: &str, arguments: Value) -> Vec<(String, String)> {
    match sink::failure(sink::shared(), action, arguments) {
        Error::Arguments(errors) => errors.into_iter().map(|it| (it.path, it.reason)).collect(),
        other => panic!("{action} failed with {other}"),
    }
}

#[test]
fn all_at_once() {
    let found = mistakes(
        "total",
        json!({
            "lines": [
                {"sku": "A-1", "quantity": 1, "unit_price": 2.5},
                {"sku": 7, "quantity": -1, "unit_price": "cheap", "colour": "red"},
                {"quantity": 4_294_967_296_u64, "unit_price": 1.0},
                "A-3",
            ],
            "fee": 256,
            "discuont": 0.1,
        }),
    );
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "discuont",
        "lines[1].colour",
        "lines[1].sku",
        "lines[1].quantity",
        "lines[1].unit_price",
        "lines[2].sku",
        "lines[2].quantity",
        "lines[3]",
        "fee",
    ];
    assert_eq!(paths, expected);
    let reason = |path: &str| {
        let found = found.iter().find(|(it, _)| it == path);
        found.map(|(_, reason)| reason.as_str()).unwrap_or_default()
    };
    assert_eq!(reason("discuont"), "is not known; expected: lines, discount, fee");
    assert_eq!(reason("lines[1].sku"), "must be a string, not a number");
    assert_eq!(reason("lines[1].quantity"), "must be a whole number from 0 to 4294967295");
    assert_eq!(reason("lines[2].sku"), "is missing");
    assert_eq!(reason("lines[3]"), "must be an object, not a string");
    assert_eq!(reason("fee"), "must be a whole number from 0 to 255");
}

#[test]
fn of_every_type() {
    for (action, value, path) in [
        ("echo_bool", json!(0), "value"),
        ("echo_i8", json!(-129), "value"),
        ("echo_i16", json!(32768), "value"),
        ("echo_u64", json!(-1), "value"),
        ("echo_u64", json!(1.5), "value"),
        ("echo_u64", json!("18446744073709551616"), "value"),
        ("echo_u32", json!("7"), "value"),
        ("echo_i64", json!(1e300), "value"),
        ("echo_f64", json!("1.5"), "value"),
        ("echo_f32", json!(null), "value"),
        ("echo_char", json!("ab"), "value"),
        ("echo_char", json!(""), "value"),
        ("echo_string", json!(null), "value"),
        ("echo_bytes", json!("not base64!"), "value"),
        ("echo_bytes", json!([0, 256]), "value[1]"),
        ("echo_matrix", json!([[1, 2], [3, null]]), "value[1][1]"),
        ("echo_twelve", json!([1, 2]), "value"),
        ("echo_pair", json!({"0": 1, "1": 2}), "value"),
        ("echo_labels", json!({"a": "b", "c": 7}), "value.c"),
        ("echo_labels", json!([["a", "b"]]), "value"),
        ("echo_option_option", json!(7), "value"),
        ("echo_option_option", json!([7, 8]), "value"),
        ("echo_option_option", json!(["x"]), "value"),
        ("echo_results", json!([{"ok": 1}, {"Ok": 1}]), "value[1]"),
        ("echo_results", json!([{"ok": 1, "err": "x"}]), "value[0]"),
        ("echo_signals", json!([{"ok": 1}]), "value[0]"),
        ("echo_color", json!("red"), "value"),
        ("echo_color", json!({"Red": 1}), "value"),
        ("echo_scalar", json!("Text"), "value"),
        ("echo_scalar", json!({"Text": 5}), "value.Text"),
        ("echo_scalar", json!({"Text": "a", "Bool": true}), "value"),
        ("echo_cell", json!({"Span": {"start": 1, "end": true}}), "value.Span.end"),
    ] {
        let found = mistakes(action, json!({"value": value}));
        assert_eq!(found.len(), 1, "{action}({value}): {found:?}");
        assert_eq!(found[0].0, path, "{action}({value}): {}", found[0].1);
    }
}

#[test]
fn no_object_at_all() {
    for arguments in [json!([]), json!("x"), json!(5)] {
        assert_eq!(mistakes("echo_u8", arguments.clone())[0].0, "arguments", "{arguments}");
    }
    assert_eq!(mistakes("echo_u8", json!(null)), [("value".to_owned(), "is missing".to_owned())]);
    let found = mistakes("echo_nothing", json!({"value": 1}));
    assert_eq!(found, [("value".to_owned(), "is not known; expected: nothing".to_owned())]);
}

#[test]
fn an_action_that_is_not_there() {
    // `area` is an action of a crate that the kitchen sink only uses.
    for name in ["echo", "", "area", "echo_u8 ", "ext:realloc"] {
        match sink::failure(sink::shared(), name, json!({})) {
            Error::NotFound { action, known } => {
                assert_eq!(action, name);
                assert!(
                    known.iter().any(|it| it == "echo_u8") && known.iter().all(|it| it != "area")
                );
            }
            other => panic!("{name} failed with {other}"),
        }
    }
}
