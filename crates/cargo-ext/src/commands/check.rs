//! `cargo ext check`: the definition, without packing.

use std::time::Instant;

use cargo_metadata::Package;
use ext_definition::diagnostic::{Diagnostic, Severity};

use crate::artifact;
use crate::cli::{Check, Deny};
use crate::failure::Failure;
use crate::fix::Fixer;
use crate::project::Project;
use crate::shell::{Shell, count, seconds};
use crate::toolchain::Toolchain;

/// How often what a change brings to light is mended as well.
const MAX_ROUNDS: usize = 4;

pub fn run(arguments: &Check, shell: &Shell) -> Result<(), Failure> {
    let building = &arguments.building;
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let packages = project.extensions(&building.selection)?;
    let toolchain = Toolchain::find(building.toolchain.as_deref(), shell)?;
    let mut failed: Option<Failure> = None;
    for package in packages {
        let checked = check(&project, package, arguments, &toolchain, shell);
        if let Err(failure) = checked.map_err(|failure| failure.about(package)) {
            // The next extension is worth a look as well.
            if let Some(earlier) = failed.replace(failure) {
                shell.failure(&earlier);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn check(
    project: &Project,
    package: &Package,
    arguments: &Check,
    toolchain: &Toolchain,
    shell: &Shell,
) -> Result<(), Failure> {
    let started = Instant::now();
    let look = || artifact::check(project, package, &arguments.building, toolchain, shell);
    let mut checked = look();
    if arguments.fix {
        let folder = package.manifest_path.parent().map_or("".as_ref(), |it| it.as_std_path());
        let mut fixer = Fixer::new(folder, arguments.allow_dirty);
        for _ in 0..MAX_ROUNDS {
            let found = match &mut checked {
                Ok(derived) => &mut derived.resolved.found,
                Err(failure) => &mut failure.diagnostics,
            };
            match fixer.apply(found, shell) {
                Ok(true) => checked = look(),
                Ok(false) => break,
                Err(reason) => {
                    let mut all = std::mem::take(found);
                    all.push(reason);
                    return Err(all.into());
                }
            }
        }
    }
    let resolved = checked?.resolved;
    if arguments.deny == Some(Deny::Warnings) && !resolved.found.is_empty() {
        let errors = resolved.found.into_iter();
        let errors = errors.map(|it| Diagnostic { severity: Severity::Error, ..it });
        return Err(errors.collect::<Vec<_>>().into());
    }
    resolved.found.iter().for_each(|warning| shell.diagnostic(warning, Some(package)));
    let extension = &resolved.extension;
    let warnings = match resolved.found.len() {
        0 => String::new(),
        number => format!(" ({})", count(number, "warning")),
    };
    let actions = count(extension.actions.len(), "action");
    let types = count(extension.types.len(), "type");
    let name = extension.package.id();
    let time = seconds(started.elapsed());
    shell.status("Checked", format!("{name}: {actions}, {types}, no error{warnings} in {time}"));
    Ok(())
}
