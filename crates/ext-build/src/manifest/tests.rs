//! Manifests, good and bad, with the places of what is wrong.

use super::*;

fn reading(source: &str) -> Result<Package, Vec<String>> {
    let package = Package { name: "orders".into(), version: "1.0.0".into(), ..Default::default() };
    read(source, Path::new("Cargo.toml"), package)
        .map(|manifest| manifest.package)
        .map_err(|mistakes| mistakes.iter().map(Mistake::to_string).collect())
}

const LIB: &str = "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n";

#[test]
fn a_full_manifest() {
    let source = format!(
        "{LIB}[package.metadata.ext]\nnamespace = \"acme\"\nname = \"the-orders\"\n\
         title = \"Orders\"\ndatabases = [\"postgresql\", \"sqlite\"]\n\
         permissions = {{ http = [\"*.example.com\", \"api.example.com:8080\"], environment = [\"HOME\"] }}\n"
    );
    let package = reading(&source).unwrap();
    assert_eq!((package.id(), package.title.as_str()), ("acme:the-orders".into(), "Orders"));
    assert_eq!(package.databases, ["postgresql", "sqlite"]);
    assert_eq!(package.permissions.environment, ["HOME"]);
}

#[test]
fn every_mistake_at_its_line() {
    for (keys, expected) in [
        ("", "[EXT0102] Cargo.toml:3:1: who publishes"),
        ("namespace = \"Acme\"", "[EXT0103] Cargo.toml:4:13: `Acme` cannot be a namespace"),
        (
            "namespace = 3",
            "[EXT0103] Cargo.toml:4:13: `namespace` must be a string, not an integer",
        ),
        ("namespace = \"a\"\nname = \"a_b\"", "[EXT0104] Cargo.toml:5:8: `a_b` cannot be"),
        ("namespace = \"a\"\nnmae = \"b\"", "[EXT0105] Cargo.toml:5:1: unknown key `nmae`"),
        ("namespace = \"a\"\ntitle = true", "[EXT0106] Cargo.toml:5:9: `title` must be a string"),
        (
            "namespace = \"a\"\ndatabases = [\"all\", \"dbase\"]",
            "[EXT0107] Cargo.toml:5:21: `dbase`",
        ),
        ("namespace = \"a\"\npermissions.http = [\"a b\"]", "[EXT0108] Cargo.toml:5:21: `a b`"),
        (
            "namespace = \"a\"\npermissions.folders = [\"data\"]",
            "[EXT0108] Cargo.toml:5:24: `data`",
        ),
        ("namespace = ", "[EXT0101] Cargo.toml:4:1"),
    ] {
        let found = reading(&format!("{LIB}[package.metadata.ext]\n{keys}\n")).unwrap_err();
        assert_eq!(found.len(), 1, "{keys}: {found:?}");
        assert!(found[0].starts_with(expected), "{keys}: {found:?}");
    }
}

#[test]
fn all_mistakes_at_once() {
    let found =
        reading("[package]\n[package.metadata.ext]\nnamespace = \"_\"\ntitel = 1\ntitle = 2\n");
    let codes: Vec<String> = found.unwrap_err().iter().map(|it| it[1..8].to_owned()).collect();
    assert_eq!(codes, ["EXT0109", "EXT0103", "EXT0105", "EXT0106"]);
}

#[test]
fn every_key() {
    let keys = r#"
namespace = "acme"
title = "Orders"
icon = "icon.svg"
readme = "docs/README.md"
categories = ["finance", "science::maths"]
keywords = ["orders", "prices"]
databases = "all"
resources = ["data/**/*.csv", "templates/"]
permissions = { http = ["api.example.com"], environment = ["A_B"], folders = ["/srv/data"], clocks = true }
limits = { time = "30s", memory = "256MiB" }
"#;
    let source = format!("{LIB}[package.metadata.ext]{keys}");
    let package = Package { name: "orders".into(), version: "1.0.0".into(), ..Default::default() };
    let Manifest { package, sources } = read(&source, Path::new("Cargo.toml"), package).unwrap();
    assert_eq!(package.categories, ["finance", "science::maths"]);
    assert_eq!(package.keywords, ["orders", "prices"]);
    assert_eq!(package.databases, ["all"]);
    assert!(package.permissions.clocks);
    let limits = package.limits;
    assert_eq!((limits.time_ms, limits.memory_bytes), (Some(30_000), Some(256 << 20)));
    let icon = Source { path: "icon.svg".into(), line: 6, column: 8 };
    assert_eq!(sources.icon, Some(icon));
    assert_eq!(sources.readme.unwrap().path, "docs/README.md");
    assert_eq!(sources.resources[1], Source { path: "templates/".into(), line: 11, column: 31 });
}

#[test]
fn limits_in_every_form() {
    for (limits, time, memory) in [
        ("time = 5", Some(5_000), None),
        ("time = \"250ms\"", Some(250), None),
        ("time = \"2 min\", memory = \"4GiB\"", Some(120_000), Some(4 << 30)),
        ("memory = 0x400000", None, Some(4 << 20)),
        ("memory = \"65536 KiB\"", None, Some(64 << 20)),
    ] {
        let keys = format!("namespace = \"a\"\nlimits = {{ {limits} }}\n");
        let found = reading(&format!("{LIB}[package.metadata.ext]\n{keys}")).unwrap().limits;
        assert_eq!((found.time_ms, found.memory_bytes), (time, memory), "{limits}");
    }
}

#[test]
fn every_mistake_of_a_newer_key_at_its_line() {
    for (keys, expected) in [
        ("title = \"\\u0007\"", "[EXT0110] Cargo.toml:5:9: `title` cannot be shown"),
        ("keywords = [\"a\", \"b c\"]", "[EXT0111] Cargo.toml:5:18: `b c` in `keywords`"),
        (
            "keywords = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]",
            "[EXT0111] Cargo.toml:5:12: `keywords` has 6",
        ),
        ("categories = \"Finance\"", "[EXT0111] Cargo.toml:5:14: `Finance`"),
        ("limits.time = \"1 day\"", "[EXT0113] Cargo.toml:5:15: this must be a number of seconds"),
        ("limits.time = 0", "[EXT0113] Cargo.toml:5:15"),
        ("limits.time = -1", "[EXT0113] Cargo.toml:5:15"),
        ("limits.time = 99999999999999999999", "[EXT0113] Cargo.toml:5:15"),
        ("limits.time = true", "[EXT0113] Cargo.toml:5:15"),
        ("limits.memory = \"256MB\"", "[EXT0113] Cargo.toml:5:17: this must be `\"256MiB\"`"),
        ("limits.memory = \"5GiB\"", "[EXT0113] Cargo.toml:5:17"),
        ("limits.cpu = 1", "[EXT0105] Cargo.toml:5:8: unknown key `cpu`; known are: time, memory"),
        (
            "permissions.clocks = \"yes\"",
            "[EXT0108] Cargo.toml:5:22: `permissions.clocks` must be a boolean, not a string",
        ),
        ("permissions.clock = true", "[EXT0105] Cargo.toml:5:13"),
        (
            "icon = \"../icon.svg\"",
            "[EXT0118] Cargo.toml:5:8: `../icon.svg` cannot be the icon's file",
        ),
        ("icon = 1", "[EXT0106] Cargo.toml:5:8"),
        ("readme = \"/README\"", "[EXT0118] Cargo.toml:5:10"),
        ("resources = [\"a\", \"../b\"]", "[EXT0115] Cargo.toml:5:19: `../b` in `resources`"),
        ("resources = [\"/etc/*\"]", "[EXT0115] Cargo.toml:5:14"),
        ("resources = { a = 1 }", "[EXT0106] Cargo.toml:5:13"),
    ] {
        let source = format!("{LIB}[package.metadata.ext]\nnamespace = \"a\"\n{keys}\n");
        let found = reading(&source).unwrap_err();
        assert_eq!(found.len(), 1, "{keys}: {found:?}");
        assert!(found[0].starts_with(expected), "{keys}: {found:?}");
    }
}

#[test]
fn what_cargo_takes_and_a_package_cannot_have() {
    let source = format!(
        "[package]\nname = \"orders\"\nversion = \"1.x\"\nhomepage = \"example.com\"\nrepository.workspace = true\n\
         [package.metadata.ext]\nnamespace = \"a\"\n{LIB}"
    );
    let package = Package {
        name: "orders".into(),
        version: "1.x".into(),
        description: "d".repeat(1001),
        homepage: "example.com".into(),
        repository: "git@example.com:a/b".into(),
        ..Default::default()
    };
    let found = read(&source, Path::new("Cargo.toml"), package).unwrap_err();
    let found: Vec<String> = found.iter().map(Mistake::to_string).collect();
    for (found, expected) in found.iter().zip([
        "[EXT0114] Cargo.toml:3:11: `version`",
        "[EXT0110] Cargo.toml:1:1: `description` cannot be an extension's: it has 1001 characters",
        "[EXT0112] Cargo.toml:4:12: `homepage`",
        "[EXT0112] Cargo.toml:5:1: `repository`",
    ]) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert_eq!(found.len(), 4);
}

/// The source with the certain changes made.
fn mended(source: &str) -> String {
    let package = Package { name: "orders".into(), version: "1.0.0".into(), ..Default::default() };
    let mistakes = read(source, Path::new("Cargo.toml"), package).unwrap_err();
    let mut source = source.to_owned();
    for mistake in mistakes.iter().rev() {
        let entry: serde_json::Value = serde_json::from_str(&mistake.entry()).unwrap();
        let fix = &entry["mistake"]["fix"];
        let number = |key: &str| fix[key].as_u64().unwrap() as usize;
        let (line, column, length) = (number("line"), number("column"), number("length"));
        let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let at = before + column - 1;
        source.replace_range(at..at + length, fix["text"].as_str().unwrap());
    }
    source
}

#[test]
fn certain_ways_out() {
    let ext = "[package.metadata.ext]\nnamespace = \"acme\"\n";
    for (wrong, right) in [
        (
            format!("[lib]\nname = \"x\"\n{ext}"),
            format!("[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\nname = \"x\"\n{ext}"),
        ),
        (
            format!("[lib]\ncrate-type = [\"rlib\"]\n{ext}"),
            format!("[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n{ext}"),
        ),
        (ext.to_owned(), format!("{ext}\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n")),
        (
            format!("{LIB}{ext}Databases = [\"sqlite\"]\n"),
            format!("{LIB}{ext}databases = [\"sqlite\"]\n"),
        ),
        (
            format!("{LIB}{ext}databases = [\"PostgreSQL\", \"sqlite\"]\n"),
            format!("{LIB}{ext}databases = [\"postgresql\", \"sqlite\"]\n"),
        ),
        (
            format!("{LIB}[package.metadata.ext]\nnamespace = \"Acme_Corp\"\n"),
            format!("{LIB}[package.metadata.ext]\nnamespace = \"acme-corp\"\n"),
        ),
    ] {
        assert_eq!(mended(&wrong), right);
    }
}
