//! Packages by name: in the registry, or in a file.

use std::path::{Path, PathBuf};

use ext_definition::artifact;
use ext_definition::model::Extension;
use ext_registry::{Digest, PackageName, PackageRef, Registry, Version, location};

use crate::artifact::{build, read};
use crate::cli::{Building, Common};
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;

/// The registry's folder.
pub fn registry_dir(common: &Common) -> Result<PathBuf, Failure> {
    Ok(location::registry_dir(common.registry.as_deref())?)
}

/// A package out of the registry.
pub struct Stored {
    pub name: PackageName,
    pub version: Version,
    pub digest: Digest,
    pub component: Vec<u8>,
    pub extension: Extension,
}

/// Loads the highest version that a reference allows.
pub fn stored(reference: &PackageRef, common: &Common) -> Result<Stored, Failure> {
    let registry = Registry::open(&registry_dir(common)?)?;
    let entry = registry.resolve(reference)?;
    let loaded = registry.load(&reference.name, &entry.version, Some(&entry.digest))?;
    let (name, version) = (reference.name.to_string(), entry.version.to_string());
    let extension = artifact::definition_of(&loaded.component, &name, &version)?;
    Ok(Stored {
        name: reference.name.clone(),
        version: entry.version,
        digest: entry.digest,
        component: loaded.component,
        extension,
    })
}

/// The component that `FILE` or `NAMESPACE:NAME[@VERSION]` names.
pub fn component(package: &str, common: &Common) -> Result<Vec<u8>, Failure> {
    // A reference has a colon and no separator; on Windows a path may have both.
    let path = Path::new(package);
    if path.is_file() || package.ends_with(".wasm") || !package.contains(':') {
        return read(path);
    }
    Ok(stored(&package.parse()?, common)?.component)
}

/// The component of a package that was named, or of the extension here, which is built.
pub fn chosen(
    package: Option<&str>,
    building: &Building,
    common: &Common,
    shell: &Shell,
) -> Result<Vec<u8>, Failure> {
    if let Some(package) = package {
        return component(package, common);
    }
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let package = project.extension(&building.selection)?;
    Ok(build(&project, package, building, &shell.without_stages())?.bytes)
}
