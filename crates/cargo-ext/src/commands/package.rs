//! `cargo ext package`: the package as a file.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::fs::write_atomic;

use crate::artifact;
use crate::cli::Package;
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;

pub fn run(arguments: &Package, shell: &Shell) -> Result<(), Failure> {
    let building = &arguments.building;
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let packages = project.extensions(&building.selection)?;
    if packages.len() > 1 && arguments.output.is_some() {
        let message = "`--output` names one file, and there are several extensions";
        return Err(Failure::usage(
            Diagnostic::error(code::PACKAGE_CHOICE, message).help("choose with `-p NAME`"),
        ));
    }
    for package in packages {
        let built = artifact::build(&project, package, building, shell)?;
        let path = match &arguments.output {
            Some(output) => {
                write_atomic(output, &built.bytes)?;
                output
            }
            None => &built.component,
        };
        shell.status("Packaged", format!("{} {}", built.name, built.version));
        shell.message("ext-artifact", &built);
        if !shell.is_json() {
            shell.print(path.display());
        }
    }
    Ok(())
}
