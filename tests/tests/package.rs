//! What an extension's package says beyond its actions, from Cargo.toml to a call.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ext_tests::Scratch;

const SOURCE: &str = r#"//! Rates.

use ext_runtime::prelude::*;

/// The first line of the table.
#[ext_action(icon = "pictures/table.svg")]
pub fn first() -> String {
    let table = std::fs::read_to_string(ext_runtime::resource!("data/rates.csv"));
    table.unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// Seconds since 1970.
#[ext_action]
pub fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

/// Never ends.
#[ext_action]
pub fn spins() {
    loop {
        std::hint::spin_loop();
    }
}

#[test]
fn the_table_is_here() {
    assert_eq!(first(), "EUR,1");
}
"#;

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\" height=\"1\"/></svg>";

/// The tests build crates of one name in one target folder: by turns.
static TURN: Mutex<()> = Mutex::new(());

/// A project, and the right to build it.
struct Project {
    scratch: Scratch,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Project {
    type Target = Scratch;

    fn deref(&self) -> &Scratch {
        &self.scratch
    }
}

/// A new extension `acme:rates` with this source and these keys.
fn project(keys: &str) -> Project {
    // A test that failed has left nothing that matters.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new();
    scratch.ext("", &["new", "rates", "--namespace", "acme"]).success();
    write(&scratch, "src/lib.rs", SOURCE);
    write(&scratch, "data/rates.csv", "EUR,1\n");
    write(&scratch, "pictures/table.svg", SVG);
    let keys = format!("namespace = \"acme\"\n{keys}");
    scratch.edit("rates/Cargo.toml", "namespace = \"acme\"\n", &keys);
    Project { scratch, _turn }
}

fn write(scratch: &Scratch, file: &str, content: &str) {
    let path = scratch.path().join("rates").join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, content).expect("the file can be written");
}

/// The line of Cargo.toml that holds this text.
fn line(scratch: &Scratch, text: &str) -> usize {
    let manifest = scratch.read("rates/Cargo.toml");
    1 + manifest.lines().position(|it| it.contains(text)).expect("the text is there")
}

#[test]
fn what_a_package_says_reaches_those_who_use_it() {
    let scratch = project(
        "title = \"Rates\"\nicon = \"pictures/table.svg\"\nkeywords = [\"money\"]\n\
         resources = [\"data/*.csv\"]\nlimits = { time = 1, memory = \"64MiB\" }\n\
         permissions = { clocks = true, environment = [\"NOT_IN_THE_CODE\"], folders = [\"/srv\"] }\n",
    );
    scratch.edit("rates/Cargo.toml", "[package]\n", "[package]\ncategories = [\"finance\"]\nkeywords = [\"other\"]\nhomepage = \"https://example.com\"\n");
    write(&scratch, "README.md", "# Rates\n");

    // On the author's own machine the table is the file itself.
    scratch.cargo("rates", &["test", "--quiet"]).success();

    let said = scratch.ext("rates", &["publish"]).success();
    for expected in ["warning[EXT0123]", "NOT_IN_THE_CODE", "3 actions, 0 types, 3 files"] {
        assert!(said.err.contains(expected), "`{expected}` is not in:\n{}", said.err);
    }
    // The table is read, so that code opens files.
    assert!(!said.err.contains("permissions.folders"), "{}", said.err);

    let shown = scratch.ext("rates", &["inspect", "acme:rates"]).success().out;
    for expected in [
        "acme:rates 0.1.0 — Rates",
        "homepage    https://example.com",
        "categories  finance",
        "keywords    money",
        "icon        pictures/table.svg",
        "readme      README.md",
        "asks for    environment NOT_IN_THE_CODE; folders /srv; clocks",
        "at most     1 s for a call, 64.0 MiB of memory",
        "Resources\n  data/rates.csv         6 B  text/csv",
        "  pictures/table.svg",
        "image/svg+xml",
        "      icon: pictures/table.svg",
    ] {
        assert!(shown.contains(expected), "`{expected}` is not in:\n{shown}");
    }

    let run =
        |action| scratch.ext("rates", &["run", "--from", "acme:rates", "--timeout", "60", action]);
    assert_eq!(run("first").success().out, "\"EUR,1\"\n");
    let now: u64 = run("now").success().out.trim().parse().expect("a number");
    assert!(now > 1_700_000_000, "{now}");
    // The extension asks to be held to one second, and the caller would give sixty.
    let said = run("spins").failure(1, "EXT0505");
    assert!(said.err.contains("1s"), "{}", said.err);

    // A resource changes, and the code does not: the package is another one.
    write(&scratch, "data/rates.csv", "EUR,2\n");
    assert_eq!(scratch.ext("rates", &["run", "first"]).success().out, "\"EUR,2\"\n");
    scratch.ext("rates", &["publish"]).failure(1, "EXT0308");
}

#[test]
fn what_is_not_asked_for_is_said_and_refused() {
    let scratch = project("resources = [\"data\"]\n");
    let said = scratch.ext("rates", &["check"]).success();
    assert!(
        said.err.contains("warning[EXT0124]: the code can ask what time it is"),
        "{}",
        said.err
    );
    scratch.ext("rates", &["check", "--deny", "warnings"]).failure(1, "EXT0124");
    let said = scratch.ext("rates", &["run", "now"]).failure(1, "EXT0504");
    assert!(said.err.contains("permissions.clocks"), "{}", said.err);
}

#[test]
fn every_missing_file_is_said_at_its_place() {
    let scratch = project(
        "icon = \"icon.svg\"\nreadme = \"NONE.md\"\nresources = [\n\"tables/*.csv\",\n\"link.csv\",\n\"large.bin\",\n]\n",
    );
    write(&scratch, "icon.svg", "<svg><script/></svg>");
    std::fs::remove_file(scratch.path().join("rates/pictures/table.svg")).expect("it was there");
    let large = std::fs::File::create(scratch.path().join("rates/large.bin")).expect("a file");
    large.set_len(65 << 20).expect("it can be large");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hosts", scratch.path().join("rates/link.csv"))
        .expect("a link");
    let said = scratch.ext("rates", &["check"]).failure(1, "EXT0120");
    let at = |text: &str| format!("Cargo.toml:{}", line(&scratch, text));
    for (code, about, place) in [
        ("EXT0120", "`icon.svg` cannot be an icon: it has the element `script`", at("icon =")),
        ("EXT0116", "there is no file `NONE.md`", at("readme =")),
        ("EXT0116", "`tables/*.csv` in `resources` matches no file", at("tables/")),
        ("EXT0119", "`large.bin` has more than 64 MiB", at("large.bin")),
        ("EXT0117", "`link.csv` leads outside", at("link.csv")),
        ("EXT0116", "there is no file `pictures/table.svg`", "src/lib.rs:7:".into()),
        ("EXT0122", "no resource of the package is `data/rates.csv`", "src/lib.rs:8:".into()),
    ] {
        let message = format!("error[{code}]: {about}");
        let found = said.err.split("error[").map(|it| format!("error[{it}"));
        let mut found = found.filter(|it| it.starts_with(&message));
        let found = found.next().unwrap_or_else(|| panic!("`{message}` is not in:\n{}", said.err));
        assert!(found.contains(&place), "`{place}` is not in:\n{found}");
    }
}
