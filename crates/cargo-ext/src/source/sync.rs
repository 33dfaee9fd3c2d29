//! Brings the source in line with a definition. What the source says already is compared as a
//! definition too, so that aliases and macros are what they mean, and a source in line gives no
//! edits at all. Nothing that somebody wrote is deleted, but for a parameter that no body uses.
//!
//! | module | about |
//! |---|---|
//! | [`pairs`] | which element of the definition is which of the source: names and keys |
//! | [`types`] | types: whether two are one, and how one is written |
//! | [`attributes`] | documentation, `#[ext(…)]` |
//! | [`parts`] | lists of parameters, fields, cases: kept, moved, added |
//! | [`fields`] | parameters and fields |
//! | [`actions`] | signatures |
//! | [`named`] | structures, enums, errors |
//! | [`added`] | what the source lacks |
//! | [`rename`] | names, and where they are used |

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::model::Extension;
use ext_definition::resolve::{Places, TypePath};

use super::change::Changes;
use super::item::Item;
use super::rewrite::Rewrite;
use crate::definition::{Definition, Form};
use crate::failure::Failure;

mod actions;
mod added;
mod attributes;
mod fields;
mod named;
mod pairs;
mod parts;
mod rename;
#[cfg(test)]
mod tests;
mod types;

/// What the source defines now.
pub struct Current {
    pub extension: Extension,
    pub places: Places,
    pub paths: Vec<TypePath>,
    /// From where on `places` name files.
    pub root: PathBuf,
    /// The name of the crate.
    pub crate_name: String,
}

/// What was done, and what was not.
#[derive(Debug, Default)]
pub struct Report {
    /// `action price_order`.
    pub added: Vec<String>,
    pub changed: Vec<String>,
    /// Warnings: what is kept though the definition lacks it, what differs still.
    pub open: Vec<Diagnostic>,
}

/// The work on one crate.
struct Sync<'a> {
    rewrite: Rewrite<'a>,
    current: &'a Current,
    target: Extension,
    form: Form,
    /// Items of the source by file, line and column of their names.
    at: HashMap<(usize, u32, u32), usize>,
    /// The source's files by their canonical paths.
    files: HashMap<PathBuf, usize>,
    /// The source's types by key.
    known: HashMap<String, usize>,
    /// Types that are added: module and name, by key.
    new_types: HashMap<String, (usize, String)>,
    report: Report,
}

/// The edits that bring a crate in line with a definition.
pub fn sync(
    rewrite: Rewrite,
    current: &Current,
    definition: Definition,
) -> Result<(Changes, Report), Failure> {
    let mut at = HashMap::new();
    for (index, found) in rewrite.source.items.iter().enumerate() {
        let Place { line, column, .. } = rewrite.source.place(found);
        at.insert((found.file, line, column), index);
    }
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let files = rewrite.source.files.iter().enumerate();
    let files = files.map(|(index, file)| (canonical(&file.path), index)).collect();
    let (known, new_types, report) = Default::default();
    let Definition { extension: target, form } = definition;
    let mut sync = Sync { rewrite, current, target, form, at, files, known, new_types, report };
    for (index, ty) in current.extension.types.iter().enumerate() {
        sync.known.insert(sync.type_key(&ty.name), index);
    }
    sync.plan_types();
    sync.types();
    sync.actions();
    sync.add_types();
    let Sync { rewrite, mut report, .. } = sync;
    report.changed.dedup();
    Ok((rewrite.into_changes()?, report))
}

impl Sync<'_> {
    /// The item whose name stands at a place, if it is in the source and not of a macro.
    fn item(&self, place: &Place) -> Option<usize> {
        let path = self.current.root.join(&place.file);
        let path = path.canonicalize().unwrap_or(path);
        let file = *self.files.get(&path)?;
        self.at.get(&(file, place.line, place.column)).copied()
    }

    fn found(&self, item: usize) -> (usize, Item) {
        let found = &self.rewrite.source.items[item];
        (found.file, found.item.clone())
    }

    fn kept(&mut self, what: String, place: Option<&Place>) {
        let message = format!("{what} is not in the definition, and stays");
        let help = "delete it if it is to go: its code would be lost";
        self.report.open.push(Diagnostic::warning(code::SYNC_KEPT, message).at(place).help(help));
    }

    fn by_hand(&mut self, what: String, place: Option<&Place>, help: &str) {
        let found = Diagnostic::warning(code::SYNC_BY_HAND, what).at(place).help(help);
        self.report.open.push(found);
    }

    /// A difference that stands where no edit is possible.
    fn out_of_reach(&mut self, what: String, place: Option<&Place>) {
        let help = "it is made by a macro, is generic, or is another crate's: edit it by hand";
        self.by_hand(what, place, help);
    }

    fn changed(&mut self, what: String) {
        self.report.changed.push(what);
    }
}
