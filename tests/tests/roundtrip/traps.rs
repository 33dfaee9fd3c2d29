//! What ends a call and leaves everything else as it was.

use ext_host::{Error, Extension, Trap};
use serde_json::{Value, json};

use super::sink;

#[track_caller]
fn trap(extension: &Extension, action: &str, arguments: Value) -> Trap {
    match sink::failure(extension, action, arguments) {
        Error::Trap(trap) => trap,
        other => panic!("{action} failed with {other:?}"),
    }
}

#[test]
fn a_panic_says_what_and_where() {
    let extension = sink::load();
    for message in [
        "out of cheese",
        "",
        "two\nlines",
        "ends with a line\n",
        "ünï\u{1F600}\0code",
        "I once panicked at noon:\nit was hot",
        "thread 'x' (9) panicked at the disco:\nwho was it?",
        "note: nothing",
        &"long ".repeat(5000),
    ] {
        let trap = trap(&extension, "panics", json!({"message": message}));
        assert_eq!(trap.message, message.trim_end(), "{message:?}");
        let place = trap.place.expect("a place");
        assert!(place.starts_with("examples/kitchen-sink/src/trouble.rs:"), "{place}");
        assert_eq!(place.split(':').count(), 3, "{place}");
        // The next call works, on another instance.
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
    }
}

#[test]
fn a_panic_is_found_behind_much_output() {
    let arguments = json!({"lines": 20_000, "message": "after all that"});
    let trap = trap(sink::shared(), "writes_and_panics", arguments);
    assert_eq!(trap.message, "after all that");
    assert!(trap.place.is_some());
}

#[test]
fn output_before_a_panic_is_kept() {
    let arguments = json!({"lines": 2, "message": "and then"});
    let (result, output) = sink::shared().invoke("writes_and_panics", &arguments);
    assert!(matches!(result, Err(Error::Trap(trap)) if trap.message == "and then"));
    assert_eq!(output.text, "out 1\nerror 1\nout 2\nerror 2\n");
    // What is no panic takes nothing out.
    let (result, output) = sink::shared().invoke("aborts", &json!({}));
    assert!(result.is_err());
    assert_eq!(output.text, "");
}

#[test]
fn an_abort_has_no_place() {
    let trap = trap(sink::shared(), "aborts", json!({}));
    assert_eq!(trap.place, None);
    assert!(trap.message.contains("unreachable"), "{}", trap.message);
}

#[test]
fn leaving_ends_the_call_and_not_the_host() {
    for code in [0, 1, 7] {
        let trap = trap(sink::shared(), "exits", json!({"code": code}));
        assert!(trap.message.contains("exit"), "{}", trap.message);
    }
}

#[test]
fn a_stack_has_an_end() {
    let extension = sink::load();
    for _ in 0..3 {
        let trap = trap(&extension, "overflows_stack", json!({}));
        assert_eq!(trap.place, None, "{trap}");
        assert_eq!(sink::call(&extension, "counts", json!({})), json!(0));
    }
}

#[test]
fn output_is_kept_with_its_call() {
    let extension = sink::load();
    let (result, output) = extension.invoke("writes", &json!({"lines": 2}));
    assert_eq!(result.expect("it only writes"), json!(null));
    assert_eq!(output.text, "out 1\nerror 1\nout 2\nerror 2\n");
    // Nothing of it is left for the next one.
    let (_, output) = extension.invoke("counts", &json!({}));
    assert_eq!(output.text, "");
    // There is a limit, and it does no harm.
    let (result, output) = extension.invoke("writes", &json!({"lines": 100_000}));
    assert_eq!(result.expect("it only writes"), json!(null));
    assert!(output.text.len() <= 64 << 10, "{}", output.text.len());
    assert!(
        output.text.starts_with("out 1\nerror 1\n")
            && output.text.ends_with("\nout 100000\nerror 100000\n")
    );
}
