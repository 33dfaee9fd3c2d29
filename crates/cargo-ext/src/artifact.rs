//! A package below the target folder: the component, its manifest, and how they come to be.

use std::path::{Path, PathBuf};
use std::time::Instant;

use cargo_metadata::Package;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::model::Extension;
use ext_definition::resolve::{Resolved, resolve};
use ext_definition::section::{self, SECTION};
use ext_definition::{artifact, code};
use ext_registry::{Digest, fs};
use serde::Serialize;

use crate::cli::Building;
use crate::compile;
use crate::failure::Failure;
use crate::pack;
use crate::project::{self, Project};
use crate::shell::{self, Shell, count};
use crate::toolchain::Toolchain;

/// A package that was built.
#[derive(Serialize)]
pub struct Built {
    /// What it offers.
    #[serde(skip)]
    pub extension: Extension,
    /// `namespace:name`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The component's file.
    pub component: PathBuf,
    /// The manifest's file.
    pub manifest: PathBuf,
    /// Whether it was there already, made from the same module.
    pub fresh: bool,
}

/// The profile that a command builds with.
pub fn profile(building: &Building) -> &str {
    match (&building.profile, building.debug) {
        (Some(profile), _) => profile,
        (None, true) => "dev",
        (None, false) => "release",
    }
}

/// Builds an extension and reads its definition out of the module.
pub fn derive(
    package: &Package,
    building: &Building,
    profile: &str,
    toolchain: &Toolchain,
    shell: &Shell,
) -> Result<Resolved, Failure> {
    project::verify(package)?;
    let module = compile::module(package, building, profile, toolchain, shell)?;
    definition(&read(&module.path)?, package)
}

fn definition(core: &[u8], package: &Package) -> Result<Resolved, Failure> {
    let Some(section) = artifact::custom_section(core, SECTION)? else {
        return Err(Failure::input(
            Diagnostic::error(
                code::NO_DEFINITION,
                format!("the module of `{}` has no definition", package.name),
            )
            .help("annotate a function with `#[ext_action]`, and have a build.rs that calls `ext_build::extension()`"),
        ));
    };
    Ok(resolve(section::decode(&section)?, &project::crate_name(package))?)
}

/// Verifies, builds, derives and packs one extension, saying so.
pub fn build(
    project: &Project,
    package: &Package,
    building: &Building,
    shell: &Shell,
) -> Result<Built, Failure> {
    let started = Instant::now();
    project::verify(package)?;
    let toolchain = Toolchain::find(building.toolchain.as_deref(), shell)?;
    let folder = package.manifest_path.parent().map_or_else(String::new, ToString::to_string);
    shell.stage(
        "Verified",
        format!("{} v{} ({folder})", package.name, package.version),
        started.elapsed(),
    );

    let profile = profile(building);
    let started = Instant::now();
    let module = compile::module(package, building, profile, &toolchain, shell)?;
    shell.stage(
        "Built",
        format!("with {} [{profile}]", crate::toolchain::describe(&toolchain.sysroot)),
        started.elapsed(),
    );

    let target = building.target_dir.as_deref().unwrap_or(project.target_directory()).join("ext");
    let folder = if profile == "release" { target } else { target.join(profile) };
    let started = Instant::now();
    let core = read(&module.path)?;
    let stamp = Stamp::new(&core, package, &folder);
    if let Some(built) = stamp.up_to_date() {
        shell.stage(
            "Fresh",
            format!("{} {}: nothing changed", built.name, built.version),
            started.elapsed(),
        );
        return Ok(built);
    }

    let Resolved { extension, symbols, warnings, .. } = definition(&core, package)?;
    warnings.iter().for_each(|warning| shell.diagnostic(warning));
    let offers = format!(
        "{}, {}",
        count(extension.actions.len(), "action"),
        count(extension.types.len(), "type")
    );
    shell.stage("Derived", offers, started.elapsed());

    let started = Instant::now();
    let component = pack::pack(&core, &extension, &symbols, profile == "dev")?;
    let built = stamp.write(extension, &component)?;
    let file = built.component.file_name().unwrap_or_default().to_string_lossy().into_owned();
    shell.stage("Packed", format!("{file} ({})", shell::size(component.len())), started.elapsed());
    Ok(built)
}

/// What a package was made from: written beside it, last.
struct Stamp<'a> {
    content: String,
    package: &'a Package,
    folder: &'a Path,
}

impl<'a> Stamp<'a> {
    fn new(core: &[u8], package: &'a Package, folder: &'a Path) -> Self {
        let content =
            format!("{} {} {}", env!("CARGO_PKG_VERSION"), this_program(), Digest::of(core));
        Self { content, package, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!(".{}.stamp", self.package.name))
    }

    /// The package as it is, if it was made from this module by this cargo-ext.
    fn up_to_date(&self) -> Option<Built> {
        let stamp = std::fs::read_to_string(self.file()).ok()?;
        let (content, name) = stamp.split_once('\n')?;
        if content != self.content {
            return None;
        }
        let manifest = self.folder.join(format!("{name}.json"));
        let component = self.folder.join(format!("{name}.wasm"));
        let extension = Extension::from_json(&std::fs::read(&manifest).ok()?).ok()?;
        component.is_file().then(|| built(extension, component, manifest, true))
    }

    fn write(&self, extension: Extension, component: &[u8]) -> Result<Built, Failure> {
        let name = {
            let package = &extension.package;
            format!("{}-{}-{}", package.namespace, package.name, package.version)
        };
        let manifest = self.folder.join(format!("{name}.json"));
        let path = self.folder.join(format!("{name}.wasm"));
        create_folder(self.folder)?;
        // A stamp that outlives its package would be believed.
        let _ = std::fs::remove_file(self.file());
        fs::write_atomic(&manifest, extension.to_json().as_bytes())?;
        fs::write_atomic(&path, component)?;
        fs::write_atomic(&self.file(), format!("{}\n{name}", self.content).as_bytes())?;
        Ok(built(extension, path, manifest, false))
    }
}

/// Which build of cargo-ext this is, if that can be told: one version has many while it is
/// worked on.
fn this_program() -> String {
    let modified = std::env::current_exe()
        .and_then(std::fs::metadata)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    modified.map_or_else(String::new, |since| since.as_nanos().to_string())
}

fn built(extension: Extension, component: PathBuf, manifest: PathBuf, fresh: bool) -> Built {
    let (name, version) = (extension.package.id(), extension.package.version.clone());
    Built { extension, name, version, component, manifest, fresh }
}

/// Makes a folder and those above it.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("created", folder, &error))
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file("read", path, &error))
}
