//! The actions' own errors: by their types, and as JSON with what they say.

use ext_host::{ActionError, Error};
use serde_json::{Value, json};

use super::sink;

#[track_caller]
fn own_error(action: &str, error: Value) -> ActionError {
    match sink::shared().call_json(action, &json!({"outcome": {"err": error}})) {
        Err(Error::Action(error)) => error,
        other => panic!("{action} gave {other:?}"),
    }
}

#[test]
fn errors_say_what_their_author_wrote() {
    for (action, error, message) in [
        ("echo_outcome", json!("Closed"), "Nobody is here"),
        (
            "echo_outcome",
            json!({"TooMuch": [u64::MAX, 3]}),
            "18446744073709551615 is too much: at most 3 can be had",
        ),
        (
            "echo_done",
            json!({"UnknownName": {"name": "Ida", "place": "}{"}}),
            "nobody knows Ida in {}{}",
        ),
        ("echo_boxed_outcome", json!({"Line": 0}), "line 0 is wrong"),
        ("echo_harvest", json!("Rain"), "It rains"),
        ("echo_day", json!("Snow"), "It snows"),
        // Errors of other types say themselves.
        ("echo_complaint", json!("too loud"), "too loud"),
        ("echo_measure", json!(0.5), "0.5"),
        ("echo_signal", json!(null), "the action failed"),
        ("echo_maybe", json!("reason"), "reason"),
    ] {
        let found = own_error(action, error.clone());
        assert_eq!((found.message.as_str(), &found.value), (message, &error), "{action}");
    }
}

#[test]
fn an_error_is_no_reason_to_throw_an_instance_away() {
    let extension = sink::load();
    for count in 0..3 {
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(count));
        let failed = extension.call_json("echo_done", &json!({"outcome": {"err": "Closed"}}));
        assert!(matches!(failed, Err(Error::Action(_))));
    }
}
