//! What an extension gets beyond its sandbox: what it asks for *and* was granted.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ext_definition::artifact;
use ext_definition::package::Permissions;
use ext_host::{Error, Extension, Grants, Limit, Limits, LoadError, Options};
use serde_json::{Value, json};

use super::lies::{package, without_manifest};
use super::sink;

/// The kitchen sink as if it asked for this.
pub fn asking(permissions: Permissions) -> Vec<u8> {
    let mut definition = artifact::definition(sink::bytes()).expect("a package");
    definition.package.permissions = permissions;
    let manifest = serde_json::to_vec(&definition).expect("JSON");
    package(&without_manifest(sink::bytes()), &manifest)
}

pub fn load(permissions: Permissions, options: Options) -> Result<Extension, LoadError> {
    sink::host().build().expect("a host").load_with(&asking(permissions), options)
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn variables_and_secrets() {
    let environment = vec!["REGION".to_owned(), "API_KEY".to_owned(), "UNSET".to_owned()];
    let permissions = Permissions { environment, ..Permissions::default() };
    let grants = Grants {
        environment: variables(&[("REGION", "eu"), ("PATH", "/bin"), ("API_KEY", "open")]),
        secrets: variables(&[("API_KEY", "k-123 \"x\""), ("OTHER", "unasked")]),
        ..Grants::default()
    };
    let extension = load(permissions, Options { grants, ..Options::default() }).expect("it loads");
    let read = |name: &str| sink::call(&extension, "environment", json!({"name": name}));
    assert_eq!(read("REGION"), json!("eu"));
    assert_eq!(read("API_KEY"), json!("k-123 \"x\""));
    for name in ["UNSET", "PATH", "OTHER", "HOME"] {
        assert_eq!(read(name), json!(null), "{name}");
    }
    // The log tells which requested variable it does not find.
    let (_, output) = extension.invoke("environment", &json!({"name": "UNSET"}));
    let records: Vec<String> = output.records.iter().map(ToString::to_string).collect();
    let denied = "WARN cargo-ext: denied the variable `UNSET`, which is not granted; help: `--grant \
                  environment:UNSET`";
    assert_eq!(records, [denied]);
    // What it tells of the secret is not kept.
    let arguments = json!({"message": "the key is k-123 \"x\", Some(\"k-123 \\\"x\\\"\")"});
    match extension.invoke("panics", &arguments) {
        (Err(Error::Trap(trap)), _) => {
            assert_eq!(trap.message, "the key is ***, Some(\"***\")");
        }
        other => panic!("{other:?}"),
    }
    // Nor in what logs keep of an error of its own, which the caller is told.
    let complaint = json!({"outcome": {"err": "refused: k-123 \"x\""}});
    let (result, output) = extension.invoke("echo_complaint", &complaint);
    match result {
        Err(Error::Action(error)) => assert_eq!(error.message, "refused: k-123 \"x\""),
        other => panic!("{other:?}"),
    }
    assert_eq!(output.failure.as_deref(), Some("refused: ***"));
}

#[test]
fn folders_are_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("it is there");
    let (inner, other) = (folder.join("granted/inner"), folder.join("other"));
    for folder in [&inner, &other] {
        std::fs::create_dir_all(folder).expect("a folder in it");
        std::fs::write(folder.join("file.txt"), "content").expect("a file");
    }
    let asked = |path: &Path| Permissions {
        folders: vec![path.to_str().expect("plain").to_owned()],
        ..Permissions::default()
    };
    let options = |path: &Path| {
        let grants = Grants { folders: vec![path.to_owned()], ..Grants::default() };
        Options { grants, ..Options::default() }
    };
    let read = |extension: &Extension, path: &Path| {
        extension.call_json("reads_file", &json!({"path": path})).ok()
    };
    let granted = folder.join("granted");
    for (asks, gets) in [(&folder, &granted), (&granted, &folder), (&granted, &granted)] {
        let extension = load(asked(asks), options(gets)).expect("it loads");
        assert_eq!(read(&extension, &inner.join("file.txt")), Some(json!("content")));
        assert_eq!(read(&extension, &other.join("file.txt")), None);
        assert_eq!(read(&extension, &granted.join("../other/file.txt")), None);
        let new = json!({"path": inner.join("new.txt")});
        assert!(extension.call_json("writes_file", &new).is_err());
        assert!(!inner.join("new.txt").exists());
    }
    let extension = load(Permissions::default(), options(&folder)).expect("it loads");
    assert_eq!(read(&extension, &inner.join("file.txt")), None);
    let nowhere = folder.join("nowhere");
    match load(asked(&nowhere), options(&nowhere)) {
        Err(LoadError::File(path, _)) => assert_eq!(path, nowhere),
        other => panic!("{:?}", other.err()),
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_in_a_folder_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("it is there");
    let pipe = folder.join("pipe");
    std::fs::write(folder.join("file.txt"), "content").expect("a file");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo starts").success());
    let permissions = Permissions {
        folders: vec![folder.to_str().expect("plain").to_owned()],
        ..Permissions::default()
    };
    let grants = Grants { folders: vec![folder.clone()], ..Grants::default() };
    let limits = Some(Limits { time: Duration::from_millis(500), ..Limits::default() });
    let options = Options { grants, limits, ..Options::default() };
    let extension = load(permissions, options).expect("it loads");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let (arguments, others) = (json!({"path": pipe}), json!({"path": folder.join("file.txt")}));
        let waiting = async {
            let called = extension.invoke_async(None, "reads_file", &arguments).await;
            // Whoever opened it can go now.
            std::fs::OpenOptions::new().write(true).open(&pipe).expect("the other end");
            called.0
        };
        let others = async {
            let (read, _) = extension.invoke_async(None, "reads_file", &others).await;
            assert_eq!(read.expect("a file"), json!("content"));
        };
        let (waited, ()) = tokio::join!(waiting, others);
        assert!(matches!(waited, Err(Error::Limit(Limit::Time { .. }))), "{waited:?}");
    });
}

#[test]
fn the_smallest_limit_counts() {
    let limits = |seconds: u64, memory: usize, output: usize| Limits {
        time: Duration::from_secs(seconds),
        memory,
        output,
    };
    let host = sink::host().limits(limits(20, 64 << 20, 1 << 20)).build().expect("a host");
    let options = Options { limits: Some(limits(5, 1 << 30, 1 << 10)), ..Options::default() };
    let extension = host.load_with(sink::bytes(), options).expect("it loads");
    assert_eq!(extension.limits(), limits(5, 64 << 20, 1 << 10));
}

#[test]
fn reuse_is_each_extensions_own() {
    let counts = |extension: &Extension| -> Vec<Value> {
        (0..3).map(|_| sink::call(extension, "counts", json!({}))).collect()
    };
    for host_reuses in [true, false] {
        let host = sink::host().reuse_instances(host_reuses).build().expect("a host");
        for reuse in [Some(true), Some(false), None] {
            let options = Options { reuse, ..Options::default() };
            let extension = host.load_with(sink::bytes(), options).expect("it loads");
            let expected = match reuse.unwrap_or(host_reuses) {
                true => [0, 1, 2],
                false => [0, 0, 0],
            };
            assert_eq!(counts(&extension), expected.map(|it| json!(it)).to_vec());
        }
    }
}
