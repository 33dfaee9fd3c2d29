//! What a new extension's author waits for at the first build: the crates in its dependency
//! tree. `examples/finance` has the dependencies that `cargo ext new` writes and no others.

use std::collections::BTreeSet;
use std::process::Command;

/// What the extension itself is compiled against.
const NORMAL: &[&str] =
    &["ext-macros", "ext-runtime", "proc-macro2", "quote", "syn", "unicode-ident"];

/// What its build script needs on top: our manifest code, and what parses `Cargo.toml`.
const BUILD: &[&str] = &[
    "ext-build",
    "ext-definition",
    "serde_spanned",
    "toml",
    "toml_datetime",
    "toml_parser",
    "winnow",
];

#[test]
fn an_extension_depends_on_few_crates() {
    let normal = tree("normal");
    assert_eq!(normal, names(NORMAL));
    let build: BTreeSet<String> = tree("normal,build").difference(&normal).cloned().collect();
    assert_eq!(build, names(BUILD));
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The crates that `examples/finance` depends on, on any target.
fn tree(edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--frozen", "--package", "finance", "--target", "all"])
        .args(["--edges", edges, "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    // `syn v3.0.10`, `ext-macros v0.1.0 (proc-macro) (…)`
    let names = lines.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "finance").map(str::to_owned).collect()
}
