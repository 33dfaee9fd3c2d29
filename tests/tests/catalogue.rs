//! Every code has an example that brings it about: a folder `catalogue/CODE`.
//!
//! An example is a source (`lib.rs`), a `Cargo.toml`, a `build.rs`, or several of these; what
//! it has not is that of a good extension. A line ends with `//~ CODE` (`#~ CODE` in TOML) for
//! each message about it, and `cargo ext check` says no more and no less. With a file
//! `command`, that is run instead, and says the code.
//!
//! A file `settings` is the user's.
//!
//! What cannot be brought about in this way is listed in `catalogue/elsewhere.txt`, with the
//! test that does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_tests::{Scratch, root};
use serde_json::Value;

const LIB: &str = "\
use ext_runtime::prelude::*;

/// Why a number has no half.
#[derive(Debug, ExtError)]
pub enum HalfError {
    /// The number is odd.
    Odd,
}

/// Half of a number.
#[ext_action]
pub fn half(number: u32) -> Result<u32, HalfError> {
    assert!(number != 666, \"not this one\");
    while number == 999 {}
    match number % 2 {
        0 => Ok(number / 2),
        _ => Err(HalfError::Odd),
    }
}
";
const HEAD: &str = "\
[package]
name = \"example\"
version = \"0.1.0\"
edition = \"2024\"

[lib]
crate-type = [\"cdylib\", \"rlib\"]

[package.metadata.ext]
namespace = \"acme\"
";

fn folder() -> PathBuf {
    root().join("tests/catalogue")
}

/// Examples by their names, which are codes.
fn examples() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder()).expect("the catalogue");
    let entries = entries.map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut examples: Vec<_> =
        folders.map(|it| (it.file_name().into_string().expect("UTF-8"), it.path())).collect();
    examples.sort();
    examples
}

#[test]
fn every_code_has_an_example_or_a_test() {
    let mut known: BTreeSet<String> = code::ALL.iter().map(|(code, _)| code.to_string()).collect();
    known.extend(ext_registry::CODES.iter().map(|(code, _)| (*code).to_owned()));
    let mut shown: BTreeSet<String> = examples().into_iter().map(|(code, _)| code).collect();
    let elsewhere = std::fs::read_to_string(folder().join("elsewhere.txt")).expect("the list");
    for line in elsewhere.lines() {
        let mut words = line.split(' ');
        let code = words.next().expect("a code");
        let file = words.next().expect("a file");
        // Under its name, if the test does not write the code.
        let name = words.next().unwrap_or(code);
        let test = std::fs::read_to_string(root().join(file)).expect(file);
        assert!(test.contains(name), "{file} says nothing of {name}");
        assert!(shown.insert(code.to_owned()), "{code} has an example");
    }
    let missing: Vec<_> = known.difference(&shown).collect();
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}

/// What is said: file, line, code.
type Found = BTreeSet<(String, u64, String)>;

/// What the comments of an example say.
fn announced(name: &str, text: &str) -> Found {
    let mut found = Found::new();
    for (line, number) in text.lines().zip(1..) {
        let codes = line.split_once("~ ").map(|(_, codes)| codes.split(' ')).into_iter().flatten();
        found.extend(codes.map(|code| (name.to_owned(), number, code.to_owned())));
    }
    found
}

/// What `check` says of our own, as JSON.
fn reported(output: &str) -> Found {
    let messages = output.lines().map(|line| serde_json::from_str(line).expect(line));
    let ours = messages.filter(|message: &Value| message["reason"] == "compiler-message");
    let found = ours.filter_map(|message| {
        let message = &message["message"];
        let code = message["code"]["code"].as_str().filter(|code| code.starts_with("EXT"))?;
        assert!(message["rendered"].as_str().is_some_and(|text| text.contains(code)));
        let expected =
            if code::WARNINGS.iter().any(|it| it.0 == code) { "warning" } else { "error" };
        assert_eq!(message["level"], expected, "{code}");
        let span = &message["spans"][0];
        assert_eq!(span["is_primary"], true, "{code} has no place");
        let file =
            Path::new(span["file_name"].as_str()?).file_name()?.to_string_lossy().into_owned();
        Some((file, span["line_start"].as_u64()?, code.to_owned()))
    });
    found.collect()
}

/// A project that takes the shape of one example after the other, so that dependencies are
/// compiled once.
struct Project {
    scratch: Scratch,
    dependencies: String,
    build: String,
}

impl Project {
    fn new() -> Self {
        let scratch = Scratch::new();
        scratch.ext("", &["new", "example", "--namespace", "acme"]).success();
        let cargo = scratch.read("example/Cargo.toml");
        let tables = cargo.split("\n[").filter(|table| {
            table.starts_with("dependencies]") || table.starts_with("build-dependencies]")
        });
        let dependencies = tables.map(|table| format!("\n[{table}\n")).collect();
        let build = scratch.read("example/build.rs");
        let sources = scratch.path().join("example/sources");
        std::fs::create_dir_all(&sources).expect("a folder");
        for (file, text) in [
            ("broken.wit", "package acme:x;\nworld {\n"),
            (
                "stream.wit",
                "package acme:x;\ninterface actions {\n  act: func(a: stream<u8>);\n}\nworld extension {\n  export actions;\n}\n",
            ),
            ("none.wasm", "no WebAssembly"),
        ] {
            std::fs::write(sources.join(file), text).expect("written");
        }
        Self { scratch, dependencies, build }
    }

    /// Writes a file if it differs, and returns its text.
    fn write(&self, file: &str, text: String) -> String {
        let path = self.scratch.path().join("example").join(file);
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            std::fs::write(path, &text).expect("the file can be written");
        }
        text
    }

    /// What is wrong with the way in which an example is reported, if anything.
    fn look(&self, code: &str, example: &Path) -> Option<String> {
        let given = |file: &str| std::fs::read_to_string(example.join(file)).ok();
        let head = given("Cargo.toml").unwrap_or_else(|| HEAD.to_owned());
        let cargo = self.write("Cargo.toml", format!("{head}{}", self.dependencies));
        self.write("build.rs", given("build.rs").unwrap_or_else(|| self.build.clone()));
        // Where the settings are looked for.
        let settings = self.scratch.path().join("no settings");
        match given("settings") {
            Some(text) => std::fs::write(settings, text).expect("written"),
            None => drop(std::fs::remove_file(settings)),
        }
        let lib = self.write("src/lib.rs", given("lib.rs").unwrap_or_else(|| LIB.to_owned()));
        if let Some(command) = given("command") {
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let said = self.scratch.ext("example", &arguments);
            let all = format!("{}{}", said.out, said.err);
            let right = said.code != 0 && said.err.contains(&format!("[{code}]"));
            return (!right).then(|| format!("{code}: `{command}` exits {}: {all}", said.code));
        }
        let said = self.scratch.ext("example", &["check", "--message-format", "json"]);
        let mut expected = announced("Cargo.toml", &cargo);
        expected.extend(announced("lib.rs", &lib));
        assert!(expected.iter().any(|it| it.2 == code), "{code}: its example does not name it");
        let found = reported(&said.out);
        let fails = expected.iter().any(|it| code::WARNINGS.iter().all(|code| code.0 != it.2));
        let right = found == expected && said.code == i32::from(fails);
        (!right).then(|| {
            format!(
                "{code}: {expected:?} was expected, {found:?} found ({}): {}",
                said.code, said.err
            )
        })
    }
}

#[test]
fn every_example_is_reported_at_its_lines() {
    let project = Project::new();
    let wrong: Vec<String> =
        examples().iter().filter_map(|(code, example)| project.look(code, example)).collect();
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// A crate of forty actions with a mistake of each of thirty kinds: all in one run, each at
/// its line.
#[test]
fn thirty_mistakes_in_one_run() {
    let project = Project::new();
    let example = root().join("tests/mistakes");
    let read = |file: &str| std::fs::read_to_string(example.join(file)).expect("the file is there");
    let (cargo, lib) = (read("Cargo.toml"), read("lib.rs"));
    let mut expected = announced("Cargo.toml", &cargo);
    expected.extend(announced("lib.rs", &lib));
    let kinds: BTreeSet<&String> = expected.iter().map(|(_, _, code)| code).collect();
    assert_eq!((lib.matches("#[ext_action").count(), kinds.len()), (40, 30));

    project.write("Cargo.toml", format!("{cargo}{}", project.dependencies));
    project.write("src/lib.rs", lib);
    let said = project.scratch.ext("example", &["check", "--message-format", "json"]);
    assert_eq!(said.code, 1);
    let found = reported(&said.out);
    let (missing, more): (Vec<_>, Vec<_>) =
        (expected.difference(&found).collect(), found.difference(&expected).collect());
    assert!(missing.is_empty() && more.is_empty(), "missing {missing:?}, more {more:?}");
}
