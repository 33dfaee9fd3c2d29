//! From the C# sources of an OutSystems extension to a Rust extension.
//!
//! `sources` finds the files, `csharp` reads their declarations, a dialect (`o11` or `odc`)
//! makes a `model` of them, `shape` and `names` make it fit, `render` writes Rust, and
//! `report` what needs a human. No source text can end this early: what is not understood
//! becomes a note in the report.

mod csharp;
mod dialect;
mod literal;
mod model;
mod names;
mod o11;
mod odc;
mod render;
mod report;
mod resolve;
mod shape;
mod sources;
#[cfg(test)]
mod tests;
mod types;

use std::path::Path;

use csharp::index::Index;
use ext_definition::diagnostic::Diagnostic;
use model::Library;
pub use names::package as package_name;

/// A Rust extension that is ready to be written.
pub struct Migration {
    /// The library's name in C#.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// `src/lib.rs`.
    pub source: String,
    /// `MIGRATION.md`.
    pub report: String,
    /// What the source needs of `ext-runtime`.
    pub features: Vec<&'static str>,
    /// How many actions it has.
    pub actions: usize,
    /// How many structures it has, without those that were made for several outputs.
    pub structures: usize,
    /// How many things need a human.
    pub notes: usize,
}

/// Reads the extension below `path`.
///
/// # Errors
/// When there are no C# sources, or these are not those of exactly one extension.
pub fn migrate(path: &Path) -> Result<Migration, Diagnostic> {
    let found = sources::find(path)?;
    let mut library = library(found.files.iter().map(|it| (&*it.name, &*it.text)))?;
    library.notes.extend(found.notes);
    Ok(finish(library))
}

/// Reads an extension whose files are in memory: their names and texts.
///
/// # Errors
/// As [`migrate`].
pub fn migrate_texts<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Migration, Diagnostic> {
    Ok(finish(library(files)?))
}

fn library<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Library, Diagnostic> {
    let files = files.into_iter().map(|(name, text)| csharp::read(name, text)).collect();
    dialect::library(&Index::new(files))
}

/// Everything behind the dialects.
fn finish(mut library: Library) -> Migration {
    shape::fit(&mut library);
    names::assign(&mut library);
    let source = render::render(&mut library);
    let report = report::report(&library);
    let features = types::features(&library);
    let description = library.description.lines().next().unwrap_or_default().to_owned();
    Migration {
        description,
        source,
        report,
        features,
        actions: library.actions.len(),
        structures: library.written().count(),
        notes: library.notes.len(),
        name: library.name,
    }
}
