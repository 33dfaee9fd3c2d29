//! A package below the target folder: the component, its manifest, and how they come to be.

use std::path::{Path, PathBuf};
use std::time::Instant;

use cargo_metadata::Package;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::model::Extension;
use ext_definition::resolve::Resolved;
use ext_definition::section::{self, SECTION};
use ext_definition::{artifact, code, files};
use ext_registry::{Digest, fs};
use serde::Serialize;

use crate::cli::Building;
use crate::compile::Cargo;
use crate::failure::Failure;
use crate::files::collect;
use crate::pack;
use crate::permissions;
use crate::project::{self, Project};
use crate::shell::{self, Shell, count};
use crate::target_folder::{Lock, output_folder};
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
    /// The component. Its file may be another one's as soon as the target folder is unlocked.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// The profile that a command builds with.
pub fn profile(building: &Building) -> &str {
    match (&building.profile, building.debug) {
        (Some(profile), _) => profile,
        (None, true) => "dev",
        (None, false) => "release",
    }
}

/// What a module and its project say together.
pub struct Derived {
    /// The definition.
    pub resolved: Resolved,
    /// The contents of its files.
    pub contents: Vec<Vec<u8>>,
}

/// Builds an extension and reads its definition out of the module, with everything that can
/// be found wrong at once.
pub fn check(
    project: &Project,
    package: &Package,
    building: &Building,
    toolchain: &Toolchain,
    shell: &Shell,
) -> Result<Derived, Failure> {
    let missing = project::missing(package);
    // The build script has the place, and the library is built as a cdylib in any case.
    let fatal: Vec<Diagnostic> =
        missing.into_iter().filter(|it| it.code != code::CRATE_TYPE).collect();
    if !fatal.is_empty() {
        return Err(fatal.into());
    }
    // The quickest build that gives a definition.
    let profile = building.profile.as_deref().unwrap_or("dev");
    let _lock = Lock::acquire(project.target_of(building), shell)?;
    let cargo = Cargo { project, package, building, profile, toolchain, shell };
    definition(&cargo.build_with_mistakes()?, package)
}

fn definition(core: &[u8], package: &Package) -> Result<Derived, Failure> {
    let Some(section) = artifact::custom_section(core, SECTION)? else {
        return Err(Failure::input(
            Diagnostic::error(
                code::NO_DEFINITION,
                format!("the module of `{}` has no definition", package.name),
            )
            .help("annotate a function with `#[ext_action]`, and have a build.rs that calls `ext_build::extension()`"),
        ));
    };
    let mut resolved = Resolved::of(section::decode(&section)?, &project::crate_name(package));
    let used = artifact::custom_section(core, files::USES_SECTION)?.unwrap_or_default();
    let contents = collect(&mut resolved, package, &files::uses(&used))?;
    if resolved.is_complete {
        let manifest = Place { file: package.manifest_path.to_string(), line: 0, column: 0 };
        let asked = &resolved.extension.package.permissions;
        resolved.found.extend(permissions::warnings(core, asked, &manifest));
    }
    Ok(Derived { resolved: resolved.into_result()?, contents })
}

/// Verifies, builds, derives and packs one extension, saying so.
pub fn build(
    project: &Project,
    package: &Package,
    building: &Building,
    shell: &Shell,
) -> Result<Built, Failure> {
    let started = Instant::now();
    let missing = project::missing(package);
    if !missing.is_empty() {
        return Err(missing.into());
    }
    let toolchain = Toolchain::find(building.toolchain.as_deref(), shell)?;
    let folder = package.manifest_path.parent().map_or_else(String::new, ToString::to_string);
    let (name, version) = (&package.name, &package.version);
    shell.stage(
        "Verified",
        format!("toolchain and project layout of {name} v{version} ({folder})"),
        started.elapsed(),
    );

    let profile = profile(building);
    let started = Instant::now();
    let target = project.target_of(building);
    let _lock = Lock::acquire(target, shell)?;
    let cargo = Cargo { project, package, building, profile, toolchain: &toolchain, shell };
    let core = cargo.build()?;
    shell.stage(
        "Built",
        format!("with {} [{profile}]", crate::toolchain::describe(&toolchain.sysroot)),
        started.elapsed(),
    );

    let target = target.join("ext");
    let folder = if profile == "release" { target } else { target.join(profile) };
    let started = Instant::now();
    let Derived { resolved, contents } =
        definition(&core, package).map_err(|failure| failure.about(package))?;
    let name = file_name(&resolved.extension);
    let folder = output_folder(&folder, &name, package.manifest_path.as_std_path())?;
    let stamp = Stamp::new(&core, &resolved.extension, name, &folder);
    if let Some(built) = stamp.up_to_date() {
        shell.stage(
            "Fresh",
            format!("{} {}: nothing changed", built.name, built.version),
            started.elapsed(),
        );
        return Ok(built);
    }

    let Resolved { extension, symbols, found, .. } = resolved;
    found.iter().for_each(|it| shell.diagnostic(it, Some(package)));
    let mut offers = format!(
        "{}, {}",
        count(extension.actions.len(), "action"),
        count(extension.types.len(), "type")
    );
    if !contents.is_empty() {
        offers.push_str(&format!(", {}", count(contents.len(), "file")));
    }
    shell.stage("Derived", offers, started.elapsed());

    let started = Instant::now();
    let component = pack::pack(&core, &extension, &symbols, &contents, profile == "dev")?;
    let size = shell::size(component.len());
    let built = stamp.write(extension, component)?;
    let file = built.component.file_name().unwrap_or_default().to_string_lossy().into_owned();
    shell.stage("Packed", format!("{file} ({size})"), started.elapsed());
    Ok(built)
}

/// What a package was made from: written beside it, last.
struct Stamp<'a> {
    content: String,
    /// The package's files have this name.
    name: String,
    folder: &'a Path,
}

impl<'a> Stamp<'a> {
    fn new(core: &[u8], extension: &Extension, name: String, folder: &'a Path) -> Self {
        // The definition has the digests of the files, and says what Cargo.toml of the
        // workspace does.
        let (core, definition) = (Digest::of(core), Digest::of(extension.to_json().as_bytes()));
        let version = env!("CARGO_PKG_VERSION");
        let content = format!("{version} {} {core} {definition}", this_program());
        Self { content, name, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!(".{}.stamp", self.name))
    }

    /// The package as it is, if it was made from these parts by this cargo-ext.
    fn up_to_date(&self) -> Option<Built> {
        let stamp = std::fs::read_to_string(self.file()).ok()?;
        let (content, packed) = stamp.split_once('\n')?;
        if content != self.content {
            return None;
        }
        let (path, manifest) = self.paths();
        let component = std::fs::read(&path).ok()?;
        if Digest::of(&component).to_string() != packed {
            return None;
        }
        let extension = Extension::from_json(&std::fs::read(&manifest).ok()?).ok()?;
        Some(built(extension, path, component, manifest, true))
    }

    /// The component's file, and the manifest's.
    fn paths(&self) -> (PathBuf, PathBuf) {
        let file = |extension: &str| self.folder.join(format!("{}.{extension}", self.name));
        (file("wasm"), file("json"))
    }

    fn write(&self, extension: Extension, component: Vec<u8>) -> Result<Built, Failure> {
        let (path, manifest) = self.paths();
        create_folder(self.folder)?;
        // A stamp that outlives its package would be believed.
        let _ = std::fs::remove_file(self.file());
        fs::write_atomic(&manifest, extension.to_json().as_bytes())?;
        fs::write_atomic(&path, &component)?;
        let stamp = format!("{}\n{}", self.content, Digest::of(&component));
        fs::write_atomic(&self.file(), stamp.as_bytes())?;
        Ok(built(extension, path, component, manifest, false))
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

/// `NAMESPACE-NAME-VERSION`.
fn file_name(extension: &Extension) -> String {
    let package = &extension.package;
    format!("{}-{}-{}", package.namespace, package.name, package.version)
}

fn built(
    extension: Extension,
    component: PathBuf,
    bytes: Vec<u8>,
    manifest: PathBuf,
    fresh: bool,
) -> Built {
    let (name, version) = (extension.package.id(), extension.package.version.clone());
    Built { extension, name, version, component, manifest, fresh, bytes }
}

/// Makes a folder and those above it.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("created", folder, &error))
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file("read", path, &error))
}
