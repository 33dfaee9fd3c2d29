//! `cargo ext build`.

use crate::artifact;
use crate::cli::Building;
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;

pub fn run(building: &Building, shell: &Shell) -> Result<(), Failure> {
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    for package in project.extensions(&building.selection)? {
        let built = artifact::build(&project, package, building, shell)?;
        shell.status(
            "Finished",
            format!("{} {}: {}", built.name, built.version, built.component.display()),
        );
        shell.note("Manifest", built.manifest.display());
        shell.message("ext-artifact", &built);
    }
    Ok(())
}
