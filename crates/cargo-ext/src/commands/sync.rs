//! `cargo ext sync`: the source in line with a definition.

use cargo_metadata::Package;
use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Severity};
use ext_definition::model::{Extension, FORMAT};
use ext_definition::resolve::Resolved;
use serde::Serialize;

use crate::artifact::{self, Derived};
use crate::cli::Sync;
use crate::definition::{Definition, Form};
use crate::failure::Failure;
use crate::project::{Project, crate_name};
use crate::shell::{Shell, count};
use crate::source::change::Backups;
use crate::source::rewrite::Rewrite;
use crate::source::sync::{Current, sync};
use crate::toolchain::Toolchain;

pub fn run(arguments: &Sync, shell: &Shell) -> Result<(), Failure> {
    let building = &arguments.building;
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let package = project.extension(&building.selection)?;
    let definition = Definition::read(&arguments.definition)?;
    let rewrite = Rewrite::new(package)?;
    let current = current(&project, package, arguments, shell)?;
    let (theirs, ours) = (definition.extension.package.id(), current.extension.package.id());
    if definition.form == Form::Json && theirs != ours && !current.extension.actions.is_empty() {
        shell.note(
            "Note",
            format!("the definition is {theirs}'s: its actions and types are followed, no more"),
        );
    }
    let (changes, report) = sync(rewrite, &current, definition)?;

    report.open.iter().for_each(|warning| shell.diagnostic(warning, Some(package)));
    if arguments.dry_run {
        let diff = changes.diff();
        if !diff.is_empty() {
            shell.print(diff.trim_end());
        }
    } else {
        changes.write(Backups::UnlessInGit, shell)?;
    }
    for (verb, list) in [("Added", &report.added), ("Changed", &report.changed)] {
        list.iter().for_each(|what| shell.status(verb, what));
    }
    let mut summary =
        vec![format!("{} added", report.added.len()), format!("{} changed", report.changed.len())];
    let kept = report.open.iter().filter(|it| it.code == code::SYNC_KEPT).count();
    let by_hand = report.open.len() - kept;
    if kept > 0 {
        summary.push(format!("{kept} kept"));
    }
    if by_hand > 0 {
        summary.push(format!("{} to do by hand", count(by_hand, "thing")));
    }
    let summary =
        match report.added.is_empty() && report.changed.is_empty() && report.open.is_empty() {
            true => "in line already".to_owned(),
            false => summary.join(", "),
        };
    let verb = if arguments.dry_run { "Would sync" } else { "Synced" };
    shell.status(
        verb,
        format!("{} with {}: {summary}", package.name, arguments.definition.display()),
    );

    #[derive(Serialize)]
    struct Message<'a> {
        dry_run: bool,
        added: &'a [String],
        changed: &'a [String],
        kept: usize,
        by_hand: usize,
    }
    let (added, changed) = (&report.added[..], &report.changed[..]);
    let message = Message { dry_run: arguments.dry_run, added, changed, kept, by_hand };
    shell.message("ext-synced", &message);
    Ok(())
}

/// What the extension is now: built, since only rustc knows what its types are.
fn current(
    project: &Project,
    package: &Package,
    arguments: &Sync,
    shell: &Shell,
) -> Result<Current, Failure> {
    let building = &arguments.building;
    let toolchain = Toolchain::find(building.toolchain.as_deref(), shell)?;
    let checked = artifact::check(project, package, building, &toolchain, shell);
    let (root, crate_name) = (project.root().to_owned(), crate_name(package));
    let is_fine = |it: &Diagnostic| it.code == code::NO_ACTION || it.severity == Severity::Warning;
    match checked {
        Ok(Derived { resolved: Resolved { extension, places, paths, .. }, .. }) => {
            Ok(Current { extension, places, paths, root, crate_name })
        }
        // One that is still empty is a fine start.
        Err(failure) if failure.diagnostics.iter().all(is_fine) => {
            let (package, actions, types) = Default::default();
            let extension = Extension { format: FORMAT, package, actions, types };
            Ok(Current {
                extension,
                places: Default::default(),
                paths: Vec::new(),
                root,
                crate_name,
            })
        }
        Err(failure) => Err(failure),
    }
}
