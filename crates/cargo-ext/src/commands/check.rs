//! `cargo ext check`: the definition, without packing.

use std::time::Instant;

use ext_definition::diagnostic::{Diagnostic, Severity};

use crate::artifact;
use crate::cli::{Check, Deny};
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::{Shell, count, seconds};
use crate::toolchain::Toolchain;

pub fn run(arguments: &Check, shell: &Shell) -> Result<(), Failure> {
    let building = &arguments.building;
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let packages = project.extensions(&building.selection)?;
    let toolchain = Toolchain::find(building.toolchain.as_deref(), shell)?;
    // The quickest build that gives a definition.
    let profile = building.profile.as_deref().unwrap_or("dev");
    for package in packages {
        let started = Instant::now();
        let resolved = artifact::derive(package, building, profile, &toolchain, shell)?.resolved;
        if arguments.deny == Some(Deny::Warnings) && !resolved.warnings.is_empty() {
            let errors = resolved
                .warnings
                .into_iter()
                .map(|it| Diagnostic { severity: Severity::Error, ..it });
            return Err(errors.collect::<Vec<_>>().into());
        }
        resolved.warnings.iter().for_each(|warning| shell.diagnostic(warning));
        let extension = &resolved.extension;
        let warnings = match resolved.warnings.len() {
            0 => String::new(),
            number => format!(" ({})", count(number, "warning")),
        };
        let actions = count(extension.actions.len(), "action");
        let types = count(extension.types.len(), "type");
        let name = extension.package.id();
        let time = seconds(started.elapsed());
        shell
            .status("Checked", format!("{name}: {actions}, {types}, no error{warnings} in {time}"));
    }
    Ok(())
}
