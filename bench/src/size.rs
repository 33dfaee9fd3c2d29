//! The size of the kitchen sink's package.
//!
//! Both sides are written from one definition: that of `examples/kitchen-sink`, without the
//! actions that do something else than give back what they are given. Both have the same
//! profile, and neither keeps names or debug information. Ours has the manifest in it, the
//! peer's nothing of the kind.

use std::path::Path;

use ext_definition::model::Extension;
use ext_definition::wit;

use crate::measure::{self, Row, progress};
use crate::project::{Project, TARGET, cargo_ext, folder, package, read};
use crate::source::{attributes, bindgen, writable};
use crate::{Failure, Result};

/// Highest ratio.
const BAR: f64 = 1.0;

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    let target = folder.path().join("kitchen-sink");
    progress("build the kitchen sink");
    let manifest =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/kitchen-sink/Cargo.toml");
    measure::run(
        cargo_ext()?
            .args(["build", "--target-dir"])
            .arg(&target)
            .arg("--manifest-path")
            .arg(manifest),
    )?;
    let (whole, definition) = package(&target, "example-kitchen-sink-0.1.0")?;

    let reduced = writable(&definition);
    let mut rows = Vec::new();
    for level in ["3", "s"] {
        rows.push(compare(folder.path(), &reduced, level)?);
    }
    let count = |definition: &Extension| format!("{} actions", definition.actions.len());
    rows.push(Row::information(
        "examples/kitchen-sink as it is, opt-level 3",
        kibibytes(whole.len()),
        String::new(),
        format!("{}, of which {} compared", count(&definition), count(&reduced)),
    ));
    Ok(rows)
}

fn compare(folder: &Path, definition: &Extension, level: &str) -> Result<Row> {
    progress(&format!("generate and build both, opt-level {level}"));
    let folder = folder.join(level);
    let setting =
        if level == "3" { "opt-level = 3".to_owned() } else { format!("opt-level = {level:?}") };
    let ours = Project::extension(&folder, "sink", Some(&attributes(definition)))?;
    ours.replace("Cargo.toml", "opt-level = \"s\"", &setting)?;
    let peer = Project::bindgen(&folder, "sink-bindgen", definition, &bindgen(definition))?;
    peer.replace("Cargo.toml", "opt-level = \"s\"", &setting)?;
    let (a, b) = (folder.join("ours"), folder.join("peer"));
    measure::run(&mut ours.cargo_ext("build", &a)?)?;
    measure::run(&mut peer.cargo_build(&b))?;
    let (ours, found) = package(&a, "bench-sink-0.1.0")?;
    if wit::render(&found).lines().count() != wit::render(definition).lines().count() {
        return Err(Failure(
            "the generated source does not have the interface that it was made from".into(),
        ));
    }
    let peer = read(&b.join(TARGET).join("release/sink_bindgen.wasm"))?;
    let ratio = ours.len() as f64 / peer.len() as f64;
    Ok(Row::ratio(
        format!(
            "package of the kitchen sink's {} echoes, opt-level {level}",
            definition.actions.len()
        ),
        kibibytes(ours.len()),
        kibibytes(peer.len()),
        ratio,
        BAR,
    ))
}

fn kibibytes(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}
