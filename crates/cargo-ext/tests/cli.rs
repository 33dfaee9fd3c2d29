//! The command line itself: what needs no project. What does is in the repository's `tests`.

use std::process::{Command, Output};

fn cargo_ext(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cargo-ext"))
        .args(arguments)
        .output()
        .expect("the command starts")
}

#[test]
fn both_spellings_work() {
    let bare = cargo_ext(&["help"]);
    let passed_on = cargo_ext(&["ext", "help"]);
    assert!(bare.status.success());
    assert_eq!(bare.stdout, passed_on.stdout);
    assert!(String::from_utf8_lossy(&bare.stdout).contains("Usage: cargo ext [OPTIONS] <COMMAND>"));
}

#[test]
fn exit_codes_tell_who_has_to_act() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = folder.path().join("none");
    let registry = registry.to_str().expect("UTF-8");
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["ext", "no-such-verb"], 2),
        (&["ext", "inspect", "no:colon:there"], 1),
        (&["ext", "list", "--available", "--registry", registry], 1),
        (&["ext", "inspect", "/no/such/file.wasm"], 3),
    ] {
        let output = cargo_ext(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    }
}

#[test]
fn messages_can_be_json() {
    let output =
        cargo_ext(&["ext", "inspect", "a:b", "--registry", "/no/such", "--message-format", "json"]);
    let message: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(message["reason"], "ext-diagnostic");
    assert_eq!(message["code"], "EXT0305");
    assert_eq!(message["severity"], "error");
    assert!(message["help"].as_str().is_some_and(|help| help.contains("publish")));
}
