//! What an extension sees of the world: nothing but the time and chance.

use std::net::TcpListener;
use std::time::SystemTime;

use ext_host::Error;
use serde_json::{Value, json};

use super::sink;

/// What an action says about why it could not.
#[track_caller]
fn refused(action: &str, arguments: Value) -> String {
    match sink::shared().call_json(action, &arguments) {
        Err(Error::Action(error)) => error.message,
        other => panic!("{action}({arguments}) gave {other:?}"),
    }
}

#[test]
fn no_files() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "secret").expect("it can be written");
    let here = file.path().to_str().expect("plain");
    for path in
        [here, "/etc/passwd", "/", ".", "Cargo.toml", "../../../etc/passwd", "/proc/self/environ"]
    {
        assert!(!refused("reads_file", json!({"path": path})).is_empty(), "{path}");
        assert!(!refused("writes_file", json!({"path": path})).is_empty(), "{path}");
    }
    assert_eq!(std::fs::read_to_string(file.path()).expect("it is there"), "secret");
}

#[test]
fn no_input() {
    assert_eq!(sink::call(sink::shared(), "reads_input", json!({})), json!(""));
}

#[test]
fn no_network() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it can be asked");
    let here = listener.local_addr().expect("an address").to_string();
    for address in [here.as_str(), "[::1]:80", "localhost:80", "example.com:80", "10.0.0.1:22"] {
        assert!(!refused("connects", json!({"address": address})).is_empty(), "{address}");
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn no_environment() {
    assert!(std::env::var_os("PATH").is_some());
    for name in ["PATH", "HOME", "CARGO", "RUST_BACKTRACE"] {
        assert_eq!(
            sink::call(sink::shared(), "environment", json!({"name": name})),
            json!(null),
            "{name}"
        );
    }
    assert_eq!(sink::call(sink::shared(), "program_arguments", json!({})), json!([]));
}

#[test]
fn clocks() {
    let millis = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        u64::try_from(since.as_millis()).expect("before the end of days")
    };
    let before = millis();
    let now = sink::call(sink::shared(), "now", json!({})).as_u64().expect("a number");
    assert!((before..=millis()).contains(&now));
    let slept = sink::call(sink::shared(), "sleeps", json!({"millis": 30}));
    assert!((30..2000).contains(&slept.as_u64().expect("a number")), "{slept}");
}

#[test]
fn chance() {
    let host = sink::host().reuse_instances(false).build().expect("a host");
    let extension = host.load_bytes(sink::bytes()).expect("the package loads");
    let numbers: std::collections::BTreeSet<u64> = (0..20)
        .map(|_| sink::call(&extension, "random", json!({})).as_u64().expect("a number"))
        .collect();
    assert_eq!(numbers.len(), 20);
}
