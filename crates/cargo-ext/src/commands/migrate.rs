//! `cargo ext migrate`: an extension of another platform as a Rust extension.

use std::path::PathBuf;

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_migrate::{Migration, migrate, package_name};
use serde::Serialize;

use super::scaffold::{Scaffold, check_name, namespace};
use crate::cli::{Migrate, Outsystems, Platform};
use crate::failure::Failure;
use crate::shell::{Shell, count};

pub fn run(arguments: &Migrate, shell: &Shell) -> Result<(), Failure> {
    match &arguments.from {
        Platform::Outsystems(arguments) => outsystems(arguments, shell),
    }
}

fn outsystems(arguments: &Outsystems, shell: &Shell) -> Result<(), Failure> {
    let migration = migrate(&arguments.path)?;
    let name = arguments.name.clone().unwrap_or_else(|| package_name(&migration.name));
    check_name(&name, "name", code::NAME_MALFORMED)?;
    let folder = arguments.output.clone().unwrap_or_else(|| PathBuf::from(&name));
    if folder.symlink_metadata().is_ok() {
        let message = format!("{} is there already", folder.display());
        let help = "choose another folder with `--output`; nothing was changed";
        return Err(Failure::input(Diagnostic::error(code::FOLDER_EXISTS, message).help(help)));
    }
    let namespace = namespace(arguments.namespace.as_deref(), shell)?;
    check_name(&namespace, "namespace", code::NAMESPACE_MALFORMED)?;

    let description = match migration.description.is_empty() {
        true => format!("Migrated from the OutSystems extension {}", migration.name),
        false => migration.description.clone(),
    };
    let scaffold = Scaffold {
        path: &folder,
        name: &name,
        namespace: &namespace,
        databases: &[],
        description: &description,
        features: &migration.features,
        source: &migration.source,
    };
    scaffold.write(&[("MIGRATION.md", &migration.report)], shell)?;

    #[derive(Serialize)]
    struct Message<'a> {
        name: String,
        folder: &'a std::path::Path,
        actions: usize,
        structures: usize,
        notes: usize,
    }
    let id = format!("{namespace}:{name}");
    let (actions, structures) =
        (count(migration.actions, "action"), count(migration.structures, "structure"));
    shell.status("Migrated", format!("{id} with {actions} and {structures}"));
    scaffold.say_created(shell);
    if migration.notes > 0 {
        let needs = if migration.notes == 1 { "needs" } else { "need" };
        let notes = count(migration.notes, "thing");
        let report = folder.join("MIGRATION.md");
        shell.note("Note", format!("{notes} {needs} a look: {}", report.display()));
    }
    shell.note("Next", format!("cd {}, then write the bodies", folder.display()));
    let Migration { actions, structures, notes, .. } = migration;
    shell.message(
        "ext-migrated",
        &Message { name: id, folder: &folder, actions, structures, notes },
    );
    Ok(())
}
