//! Files that ship with an extension: there for its actions, to be read, and for nobody
//! else's.

use std::path::{Path, PathBuf};

use ext_definition::artifact::definition;
use ext_definition::files::Files;
use ext_host::{Error, Extension, Host};
use serde_json::{Value, json};

use super::sink;

fn load(cache: Option<PathBuf>) -> Extension {
    let host = Host::builder().cache(cache).build().expect("a host");
    host.load_bytes(sink::bytes()).expect("the package loads")
}

/// What an action says about why it could not.
#[track_caller]
fn refused(action: &str, arguments: Value) -> String {
    match sink::shared().call_json(action, &arguments) {
        Err(Error::Action(error)) => error.message,
        other => panic!("{action}({arguments}) gave {other:?}"),
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    entries.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

#[test]
fn actions_read_them() {
    let extension = sink::shared();
    assert_eq!(sink::call(extension, "rate", json!({"currency": "USD"})), json!(1.0842));
    let former = json!({"currency": "USD", "year": 2023});
    assert_eq!(sink::call(extension, "former_rate", former), json!(1.1039));
    let path = json!({"path": "/resources/data/rates.csv"});
    let read = sink::call(extension, "reads_file", path);
    assert_eq!(read, json!("currency,rate\nEUR,1\nUSD,1.0842\nJPY,163.2\n"));
}

#[test]
fn nobody_writes_them_and_nothing_else_is_there() {
    for path in ["/resources/data/rates.csv", "/resources/new", "/resources/data/new", "/new"] {
        assert!(!refused("writes_file", json!({"path": path})).is_empty(), "{path}");
    }
    for path in [
        "/resources/icon.svg",
        "/resources/README.md",
        "/resources/../etc/passwd",
        "/resources/data/../../etc/passwd",
        "/resources/..",
        "/etc/passwd",
        "/data/rates.csv",
    ] {
        assert!(!refused("reads_file", json!({"path": path})).is_empty(), "{path}");
    }
    actions_read_them();
}

#[test]
fn damage_on_disk_is_found() {
    let cache = tempfile::tempdir().expect("a folder");
    let resources = cache.path().join("resources");
    let usd = json!({"currency": "USD"});
    let kept = || load(Some(cache.path().to_owned()));
    let table = || {
        let found = files(&resources).into_iter().find(|it| it.ends_with("data/rates.csv"));
        found.expect("it is there")
    };
    assert_eq!(sink::call(&kept(), "rate", usd.clone()), json!(1.0842));
    assert_eq!(files(&resources).len(), 2);

    std::fs::remove_file(table()).expect("it can be removed");
    assert_eq!(sink::call(&kept(), "rate", usd.clone()), json!(1.0842));
    let before = table();
    std::fs::remove_file(&before).expect("it can be removed");
    std::fs::write(&before, "USD,7").expect("it can be written");
    assert_eq!(sink::call(&kept(), "rate", usd.clone()), json!(1.0842));
    std::fs::write(before.with_file_name("more.csv"), "x").expect("it can be written");
    assert_eq!(sink::call(&kept(), "rate", usd.clone()), json!(1.0842));
    assert_eq!(files(&resources).len(), 2);
    // Where nothing can be kept, the resources are there all the same.
    for cache in [None, Some("/dev/null/none".into())] {
        assert_eq!(sink::call(&load(cache), "rate", usd.clone()), json!(1.0842));
    }
}

#[test]
fn a_package_tells_what_it_holds() {
    let package = definition(sink::bytes()).expect("a definition").package;
    let resources = package.files.iter().filter(|it| it.resource);
    let paths: Vec<&str> = resources.map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["data/history/rates-2023.csv", "data/rates.csv"]);
    let files = Files::of(sink::bytes(), &package).expect("a section of files");
    let icon = files.content(&package.icon).expect("an icon").expect("whole");
    assert_eq!(ext_definition::icon::check(&icon), Ok(ext_definition::icon::Form::Svg));
    let readme = files.content(&package.readme).expect("a readme").expect("whole");
    assert!(String::from_utf8(readme).expect("text").contains("kitchen"));
}
