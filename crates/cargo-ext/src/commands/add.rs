//! `cargo ext add`.

use ext_host::Host;
use ext_registry::fs::write_atomic;
use ext_registry::lock::Locked;
use ext_registry::{Lock, PackageRef};

use super::application::{Application, checkout};
use crate::artifact::create_folder;
use crate::cli::{Add, Common};
use crate::failure::Failure;
use crate::project::Project;
use crate::requests;
use crate::shell::{Shell, count};
use crate::store;

pub fn run(arguments: &Add, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let project = Project::load(arguments.selection.manifest_path.as_deref())?;
    let mut application = Application::new(project.application(&arguments.selection)?)?;
    let mut lock = Lock::load(&application.lock_file())?.unwrap_or_default();

    // Everything is looked up before anything is written.
    let mut packages = Vec::new();
    for text in &arguments.extensions {
        let reference: PackageRef = text.parse()?;
        packages.push((text, store::stored(&reference, common)?));
    }
    for (text, stored) in &packages {
        let requirement = match text.split_once('@') {
            Some((_, requirement)) => requirement.to_owned(),
            None => stored.version.to_string(),
        };
        application.add(&stored.name, &requirement)?;
        lock.insert(Locked {
            name: stored.name.clone(),
            version: stored.version.clone(),
            digest: stored.digest,
        });
    }
    for (_, stored) in &packages {
        let file = application.definition_file(&stored.name);
        if let Some(folder) = file.parent() {
            create_folder(folder)?;
        }
        write_atomic(&file, stored.extension.to_json().as_bytes())?;
    }
    application.build_script()?;
    application.save()?;
    lock.save(&application.lock_file())?;

    for (_, stored) in &packages {
        let actions = count(stored.extension.actions.len(), "action");
        let types = count(stored.extension.types.len(), "type");
        shell.status("Added", format!("{} v{} ({actions}, {types})", stored.name, stored.version));
        shell.detail("Locked", stored.digest);
        let permissions = &stored.extension.package.permissions;
        let by = "`cargo ext deploy`, or by `ext_host::Grants` in a program";
        requests::tell(permissions, by, shell);
    }
    if let Some(root) = checkout() {
        shell.note(
            "Note",
            format!(
                "ext-host and ext-build come from {} until they are on crates.io",
                root.display()
            ),
        );
    }
    shell.note("Use", "`mod extensions { ext_host::extensions!(); }`, then for example:");
    for (_, stored) in &packages {
        shell.note("", ext_build_usage(&stored.extension));
    }
    precompile(packages.iter().map(|(_, stored)| stored), shell)
}

/// A line of Rust that loads the client.
fn ext_build_usage(extension: &ext_definition::model::Extension) -> String {
    let module = ext_definition::naming::snake(&extension.package.name);
    let client = ext_definition::naming::pascal(&extension.package.name);
    format!("    let {module} = extensions::{module}::{client}::load(&ext_host::Host::new()?)?;")
}

/// Compiles ahead of time, so that the application's first start does not have to.
fn precompile<'a>(
    packages: impl Iterator<Item = &'a store::Stored>,
    shell: &Shell,
) -> Result<(), Failure> {
    let host = Host::new()?;
    for stored in packages {
        host.load_bytes(&stored.component)?;
        shell.detail("Compiled", format!("{} for this machine", stored.name));
    }
    Ok(())
}
