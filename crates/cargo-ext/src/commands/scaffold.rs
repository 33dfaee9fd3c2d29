//! The files of a new extension: cargo makes the package, so that workspace, version
//! control and names are as everywhere; what makes it an extension is added.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::naming::{check_package, kebab};
use ext_registry::fs::write_atomic;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::application::{checkout, our_crate};
use crate::artifact::create_folder;
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;
use crate::target_folder::is_same;

/// A package that is to be written.
pub struct Scaffold<'a> {
    pub path: &'a Path,
    pub name: &'a str,
    pub namespace: &'a str,
    pub databases: &'a [String],
    pub description: &'a str,
    /// Of `ext-runtime`.
    pub features: &'a [&'static str],
    /// `src/lib.rs`.
    pub source: &'a str,
}

impl Scaffold<'_> {
    /// Writes it, with `more` files.
    pub fn write(&self, more: &[(&str, &str)], shell: &Shell) -> Result<(), Failure> {
        let path = self.path;
        let workspace = workspace_above(path);
        cargo_new(path, self.name)?;
        if let Some((manifest, before)) = &workspace {
            let now = std::fs::read_to_string(manifest).unwrap_or_default();
            shell.note("Workspace", membership(path, manifest, now != *before));
        }
        write(&path.join("Cargo.toml"), &self.manifest(workspace.is_some())?)?;
        write(
            &path.join("build.rs"),
            "//! Writes the package manifest.\n\nfn main() {\n    ext_build::extension();\n}\n",
        )?;
        write(&path.join("src/lib.rs"), self.source)?;
        more.iter().try_for_each(|(name, text)| write(&path.join(name), text))
    }

    /// Says what is there now.
    pub fn say_created(&self, shell: &Shell) {
        let Self { path, name, namespace, .. } = self;
        shell.status("Created", format!("extension {namespace}:{name} in {}", path.display()));
        if let Some(root) = checkout() {
            shell.note(
                "Note",
                format!(
                    "ext-runtime and ext-build come from {} until they are on crates.io",
                    root.display()
                ),
            );
        }
    }

    fn manifest(&self, in_workspace: bool) -> Result<String, Failure> {
        let file = self.path.join("Cargo.toml");
        let text =
            std::fs::read_to_string(&file).map_err(|error| Failure::file("read", &file, &error))?;
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            Diagnostic::error(
                code::NEW_FAILED,
                format!("cargo's own Cargo.toml cannot be read: {error}"),
            )
        })?;
        document["package"]["description"] = value(self.description);
        let mut ext = Table::new();
        ext["namespace"] = value(self.namespace);
        if !self.databases.is_empty() {
            ext["databases"] = value(self.databases.iter().collect::<Array>());
        }
        let mut metadata = Table::new();
        metadata.set_implicit(true);
        metadata["ext"] = Item::Table(ext);
        document["package"]["metadata"] = Item::Table(metadata);
        let mut lib = Table::new();
        // cdylib to be packed, rlib to be tested.
        lib["crate-type"] = value(["cdylib", "rlib"].into_iter().collect::<Array>());
        document["lib"] = Item::Table(lib);
        let mut runtime = our_crate("ext-runtime");
        if !self.features.is_empty() {
            runtime.insert("features", self.features.iter().copied().collect::<Array>().into());
        }
        document["dependencies"]["ext-runtime"] = value(runtime);
        let mut build = Table::new();
        build["ext-build"] = value(our_crate("ext-build"));
        document["build-dependencies"] = Item::Table(build);
        let mut text = document.to_string();
        if !in_workspace {
            text.push_str("\n# What is sent around and kept in memory: small rather than fast.\n[profile.release]\nopt-level = \"s\"\nstrip = \"debuginfo\"\n");
        }
        Ok(text)
    }
}

/// Whether a package can have a name; `what` is also the option that gives another.
pub fn check_name(name: &str, what: &str, code: code::Code) -> Result<(), Failure> {
    check_package(name).map_err(|reason| {
        let suggestion = kebab(name);
        let message = format!("`{name}` cannot be an extension's {what}: {reason}");
        let diagnostic = Diagnostic::error(code, message);
        Failure::usage(match check_package(&suggestion) {
            Ok(()) if suggestion != name => diagnostic.help(format!("call it `{suggestion}`")),
            _ => diagnostic.help(format!("give one with `--{what}`")),
        })
    })
}

/// The namespace that was given; on a terminal the answer to a question; else `example`.
pub fn namespace(given: Option<&str>, shell: &Shell) -> Result<String, Failure> {
    if let Some(namespace) = given {
        return Ok(namespace.to_owned());
    }
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    let default = Some(kebab(&user))
        .filter(|it| check_package(it).is_ok())
        .unwrap_or_else(|| "example".into());
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() || shell.is_quiet() {
        shell.note(
            "Note",
            "the namespace is `example`: change it in Cargo.toml, or give `--namespace`",
        );
        return Ok("example".into());
    }
    dialoguer::Input::new()
        .with_prompt("Namespace (who publishes the extension)")
        .default(default)
        .validate_with(|text: &String| check_package(text).map_err(|reason| reason.to_string()))
        .interact_text()
        .map_err(|error| {
            Failure::usage(Diagnostic::error(code::NEW_FAILED, format!("no answer: {error}")))
        })
}

fn cargo_new(path: &Path, name: &str) -> Result<(), Failure> {
    if path.join("Cargo.toml").exists() {
        let message = format!("{} is a cargo package already", path.display());
        let help = "choose another folder; nothing was changed";
        return Err(Failure::input(Diagnostic::error(code::NEW_FAILED, message).help(help)));
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        create_folder(above)?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let verb = if path.exists() { "init" } else { "new" };
    let output = Command::new(cargo)
        .args([verb, "--lib", "--quiet", "--name", name])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::file("run", "cargo".as_ref(), &error))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        let reason =
            reason.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or(reason.trim());
        let message = format!("cargo cannot make the package: {reason}");
        return Err(Failure::input(Diagnostic::error(code::NEW_FAILED, message)));
    }
    Ok(())
}

/// The Cargo.toml of a workspace above a folder that may not be there yet, and its text:
/// profiles work in a workspace's root only.
fn workspace_above(path: &Path) -> Option<(PathBuf, String)> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors().skip(1).find_map(|above| {
        let manifest = above.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).ok()?;
        text.contains("[workspace").then_some((manifest, text))
    })
}

/// Whether a new package belongs to the workspace above it.
fn membership(path: &Path, manifest: &Path, was_added: bool) -> String {
    let manifest_text = manifest.display();
    if was_added {
        return format!("added to `members` in {manifest_text}");
    }
    let project = Project::load(Some(&path.join("Cargo.toml")));
    let root = manifest.parent().unwrap_or(manifest);
    match project.is_ok_and(|it| is_same(it.root(), root)) {
        true => format!("covered by `members` in {manifest_text}"),
        false => format!("not a member of the workspace in {manifest_text}"),
    }
}

/// Writes a file of the package.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    Ok(write_atomic(path, text.as_bytes())?)
}
