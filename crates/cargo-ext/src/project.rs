//! The cargo project here: which packages, and which of them are extensions.

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, Target, TargetKind};
use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};

use crate::cli::{Building, Selection};
use crate::failure::Failure;
use crate::target_folder::is_same;
use toml_edit::DocumentMut;

/// A workspace, without its dependencies.
pub struct Project {
    metadata: Metadata,
    /// The Cargo.toml that commands without `-p` are about, if there is one.
    here: Option<PathBuf>,
}

impl Project {
    /// Reads the project at `--manifest-path`, or around the current folder.
    pub fn load(manifest_path: Option<&Path>) -> Result<Self, Failure> {
        let mut command = MetadataCommand::new();
        command.no_deps();
        // Without this, cargo would look for updates of nothing at all.
        command.other_options(["--offline".to_owned()]);
        if let Some(path) = manifest_path {
            command.manifest_path(path);
        }
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => {
                let reason = stderr.trim().trim_start_matches("error: ").to_owned();
                let help = "run this in the folder of a cargo project, or give `--manifest-path`; \
                            `cargo ext new NAME` makes a new extension";
                Failure::input(Diagnostic::error(code::PROJECT, reason).help(help))
            }
            other => Failure::environment(Diagnostic::error(
                code::PROJECT,
                format!("cargo cannot be asked about the project: {other}"),
            )),
        })?;
        let here = match manifest_path {
            Some(path) => path.canonicalize().ok(),
            None => std::env::current_dir().ok().and_then(|folder| {
                folder.ancestors().map(|it| it.join("Cargo.toml")).find(|it| it.is_file())
            }),
        };
        Ok(Self { metadata, here })
    }

    /// Where build artifacts go.
    pub fn target_directory(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// Where a command builds: `--target-dir`, or what cargo is configured with.
    pub fn target_of<'a>(&'a self, building: &'a Building) -> &'a Path {
        building.target_dir.as_deref().unwrap_or(self.target_directory())
    }

    /// A package and the members of its workspace that it needs to be built.
    pub fn local_dependencies<'a>(&'a self, package: &'a Package) -> Vec<&'a Package> {
        let mut found = vec![package];
        let mut next = 0;
        while let Some(package) = found.get(next).copied() {
            next += 1;
            let needed = package.dependencies.iter();
            let needed = needed.filter(|it| it.kind != DependencyKind::Development);
            for path in needed.filter_map(|it| it.path.as_ref()) {
                let member =
                    self.members().find(|it| it.manifest_path.parent() == Some(path.as_path()));
                found.extend(member.filter(|it| found.iter().all(|known| known.id != it.id)));
            }
        }
        found
    }

    /// The workspace's folder, from which rustc names files.
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The extensions that a command is about.
    pub fn extensions(&self, selection: &Selection) -> Result<Vec<&Package>, Failure> {
        if !selection.packages.is_empty() {
            return selection.packages.iter().map(|name| self.extension_named(name)).collect();
        }
        let all: Vec<&Package> = self.members().filter(|it| is_extension(it)).collect();
        if selection.workspace {
            return match all.is_empty() {
                true => Err(self.no_extension("the workspace has no extension")),
                false => Ok(all),
            };
        }
        if let Some(defaults) = self.default_members() {
            let chosen: Vec<&Package> =
                defaults.into_iter().filter(|it| is_extension(it)).collect();
            return match chosen.is_empty() {
                true => {
                    Err(self.no_extension("no default member of the workspace is an extension"))
                }
                false => Ok(chosen),
            };
        }
        match self.package_here() {
            Some(package) if is_extension(package) => Ok(vec![package]),
            Some(package) => Err(self.no_extension(&format!("`{}` is no extension", package.name))),
            None if all.len() == 1 => Ok(all),
            None if all.is_empty() => Err(self.no_extension("the workspace has no extension")),
            None => {
                let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
                let message = format!("the workspace has several extensions: {}", names.join(", "));
                let help = "choose with `-p NAME`, or take all with `--workspace`";
                Err(Failure::usage(Diagnostic::error(code::PACKAGE_CHOICE, message).help(help)))
            }
        }
    }

    /// The one extension that a command is about.
    pub fn extension(&self, selection: &Selection) -> Result<&Package, Failure> {
        match self.extensions(selection)?[..] {
            [one] => Ok(one),
            ref several => {
                let names: Vec<&str> = several.iter().map(|it| it.name.as_str()).collect();
                let message =
                    format!("this takes one extension at a time, not {}", names.join(", "));
                Err(Failure::usage(
                    Diagnostic::error(code::PACKAGE_CHOICE, message).help("choose with `-p NAME`"),
                ))
            }
        }
    }

    /// The application that a command is about.
    pub fn application(&self, selection: &Selection) -> Result<&Package, Failure> {
        match &selection.packages[..] {
            [] => {}
            [name] => return self.member_named(name),
            _ => {
                let message = "this takes one application at a time";
                return Err(Failure::usage(Diagnostic::error(code::PACKAGE_CHOICE, message)));
            }
        }
        let members: Vec<&Package> = self.members().collect();
        if let Some([one]) = self.default_members().as_deref() {
            return Ok(one);
        }
        match (self.package_here(), &members[..]) {
            (Some(package), _) => Ok(package),
            (None, [one]) => Ok(one),
            _ => {
                let names: Vec<&str> = members.iter().map(|it| it.name.as_str()).collect();
                let message = format!("the workspace has several packages: {}", names.join(", "));
                let help = "choose with `-p NAME`";
                Err(Failure::usage(Diagnostic::error(code::PACKAGE_CHOICE, message).help(help)))
            }
        }
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.metadata.packages.iter().filter(|it| self.metadata.workspace_members.contains(&it.id))
    }

    /// The members that cargo works on at the workspace's root, if Cargo.toml there names them.
    fn default_members(&self) -> Option<Vec<&Package>> {
        let root = self.root().join("Cargo.toml");
        if !is_same(self.here.as_ref()?, &root) {
            return None;
        }
        let document: DocumentMut = std::fs::read_to_string(&root).ok()?.parse().ok()?;
        document.get("workspace")?.get("default-members")?;
        let defaults = &self.metadata.workspace_default_members;
        // cargo before 1.71 does not say which they are.
        let known = defaults.is_available();
        known.then(|| self.members().filter(|it| defaults.contains(&it.id)).collect())
    }

    fn package_here(&self) -> Option<&Package> {
        let here = self.here.as_ref()?;
        let here = here.canonicalize().unwrap_or_else(|_| here.clone());
        self.members().find(|it| {
            let path = it.manifest_path.as_std_path();
            path == here || path.canonicalize().is_ok_and(|path| path == here)
        })
    }

    fn member_named(&self, name: &str) -> Result<&Package, Failure> {
        self.members().find(|it| it.name.as_str() == name).ok_or_else(|| {
            let names: Vec<&str> = self.members().map(|it| it.name.as_str()).collect();
            let message = format!("the workspace has no package `{name}`");
            let help = format!("its packages are: {}", names.join(", "));
            Failure::usage(Diagnostic::error(code::PACKAGE_CHOICE, message).help(help))
        })
    }

    fn extension_named(&self, name: &str) -> Result<&Package, Failure> {
        let package = self.member_named(name)?;
        match is_extension(package) {
            true => Ok(package),
            false => Err(self.no_extension(&format!("`{name}` is no extension"))),
        }
    }

    fn no_extension(&self, message: &str) -> Failure {
        let place = self.here.as_ref().map(|path| Place {
            file: path.display().to_string(),
            line: 0,
            column: 0,
        });
        let help = "an extension has `[package.metadata.ext]` with a `namespace` in its Cargo.toml; \
                    `cargo ext new NAME` makes one";
        Failure::input(
            Diagnostic::error(code::NOT_AN_EXTENSION, message).at(place.as_ref()).help(help),
        )
    }
}

/// Whether a package says of itself that it is an extension. An application has the key
/// `dependencies` there only.
fn is_extension(package: &Package) -> bool {
    let keys = package.metadata.get("ext").and_then(|ext| ext.as_object());
    keys.is_some_and(|keys| keys.keys().any(|key| key != "dependencies") || keys.is_empty())
}

/// `NAMESPACE:NAME` of an extension, as its Cargo.toml has it.
pub fn extension_name(package: &Package) -> Option<String> {
    let ext = package.metadata.get("ext").filter(|_| is_extension(package))?;
    let name = ext["name"].as_str().map_or_else(|| package.name.replace('_', "-"), str::to_owned);
    Some(format!("{}:{name}", ext["namespace"].as_str()?))
}

/// What an extension's project needs and does not have, whatever its source says.
pub fn missing(package: &Package) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let place = Place { file: package.manifest_path.to_string(), line: 0, column: 0 };
    let has = |kind: TargetKind| package.targets.iter().any(|target| target.kind.contains(&kind));
    if !has(TargetKind::CDyLib) {
        found.push(
            Diagnostic::error(code::CRATE_TYPE, format!("the library of `{}` is no cdylib", package.name))
                .at(Some(&place))
                .help("add `crate-type = [\"cdylib\", \"rlib\"]` to `[lib]`: cdylib to be packed, rlib to be tested"),
        );
    }
    if !has(TargetKind::CustomBuild) {
        found.push(
            Diagnostic::error(code::NO_PACKAGE, format!("`{}` has no build script", package.name))
                .at(Some(&place))
                .help("write a build.rs with `fn main() { ext_build::extension(); }`, and add `ext-build` to `[build-dependencies]`"),
        );
    }
    if !package.dependencies.iter().any(|it| it.name == "ext-runtime") {
        found.push(
            Diagnostic::error(
                code::NOT_AN_EXTENSION,
                format!("`{}` does not depend on `ext-runtime`", package.name),
            )
            .at(Some(&place))
            .help("add `ext-runtime` to `[dependencies]`"),
        );
    }
    found.extend(renamed_runtime(package));
    found
}

/// The macros name the runtime `ext_runtime`, whatever Cargo.toml calls it.
fn renamed_runtime(package: &Package) -> Option<Diagnostic> {
    let runtimes = || package.dependencies.iter().filter(|it| it.name == "ext-runtime");
    let rename = runtimes().find_map(|it| it.rename.as_ref())?;
    if runtimes().any(|it| it.rename.is_none()) {
        return None;
    }
    let alias = format!("extern crate {} as ext_runtime;", rename.replace('-', "_"));
    let root = library(package)?.src_path.as_std_path();
    let source = std::fs::read_to_string(root).ok()?;
    if source.lines().any(|line| line.trim_start().trim_start_matches("pub ").starts_with(&alias)) {
        return None;
    }
    let line = source.lines().position(|line| line.contains("ext_action]")).unwrap_or_default();
    let line = u32::try_from(line + 1).unwrap_or_default();
    let place = Place { file: root.display().to_string(), line, column: 1 };
    let message =
        format!("`ext-runtime` is called `{rename}` here, where the macros need `ext_runtime`");
    Some(Diagnostic::error(code::NOT_AN_EXTENSION, message).at(Some(&place)).help(format!(
        "call the dependency `ext-runtime` in Cargo.toml, or add `{alias}` to the crate's root"
    )))
}

/// A package's library.
pub fn library(package: &Package) -> Option<&Target> {
    let is_library =
        |target: &&Target| target.is_lib() || target.kind.contains(&TargetKind::CDyLib);
    package.targets.iter().find(is_library)
}

/// The name of a package's library, as rustc knows the crate.
pub fn crate_name(package: &Package) -> String {
    let name = library(package).map_or(package.name.as_str(), |target| &target.name);
    name.replace('-', "_")
}
