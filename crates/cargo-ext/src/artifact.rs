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
    let cargo = Cargo { package, building, profile, toolchain, shell };
    let module = cargo.build_with_mistakes()?;
    definition(&read(&module.path)?, package)
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
    shell.stage(
        "Verified",
        format!("{} v{} ({folder})", package.name, package.version),
        started.elapsed(),
    );

    let profile = profile(building);
    let started = Instant::now();
    let cargo = Cargo { package, building, profile, toolchain: &toolchain, shell };
    let module = cargo.build()?;
    shell.stage(
        "Built",
        format!("with {} [{profile}]", crate::toolchain::describe(&toolchain.sysroot)),
        started.elapsed(),
    );

    let target = building.target_dir.as_deref().unwrap_or(project.target_directory()).join("ext");
    let folder = if profile == "release" { target } else { target.join(profile) };
    let started = Instant::now();
    let core = read(&module.path)?;
    let Derived { resolved, contents } =
        definition(&core, package).map_err(|failure| failure.about(package))?;
    let stamp = Stamp::new(&core, &resolved.extension, package, &folder);
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
    fn new(core: &[u8], extension: &Extension, package: &'a Package, folder: &'a Path) -> Self {
        // The definition has the digests of the files, and says what Cargo.toml of the
        // workspace does.
        let (core, definition) = (Digest::of(core), Digest::of(extension.to_json().as_bytes()));
        let version = env!("CARGO_PKG_VERSION");
        let content = format!("{version} {} {core} {definition}", this_program());
        Self { content, package, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!(".{}.stamp", self.package.name))
    }

    /// The package as it is, if it was made from these parts by this cargo-ext.
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
