//! `cargo ext doc`: what an extension offers, as one page.

use std::path::{Path, PathBuf};
use std::process::Command;

use ext_definition::artifact::definition;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::{code, doc};
use ext_registry::fs::write_atomic;

use crate::artifact::create_folder;
use crate::cli::{Common, Doc};
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::{Shell, size};
use crate::store;

pub fn run(arguments: &Doc, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let extension = definition(&store::chosen(
        arguments.package.as_deref(),
        &arguments.building,
        common,
        shell,
    )?)?;
    let page = doc::page(&extension);
    let package = &extension.package;
    let path = match &arguments.output {
        Some(output) => output.clone(),
        None => {
            let folder = folder(arguments)?;
            create_folder(&folder)?;
            folder.join(format!("{}-{}-{}.html", package.namespace, package.name, package.version))
        }
    };
    write_atomic(&path, page.as_bytes())?;
    shell.status(
        "Documented",
        format!("{} {} ({})", package.id(), package.version, size(page.len())),
    );
    if !shell.is_json() {
        shell.print(path.display());
    }
    shell.message(
        "ext-doc",
        &serde_json::json!({ "name": package.id(), "version": package.version, "page": path }),
    );
    if arguments.open { open(&path) } else { Ok(()) }
}

/// `target/ext` of the project here; without one, of the current folder.
fn folder(arguments: &Doc) -> Result<PathBuf, Failure> {
    let building = &arguments.building;
    let target = match (&building.target_dir, &arguments.package) {
        (Some(folder), _) => folder.clone(),
        (None, None) => {
            let project = Project::load(building.selection.manifest_path.as_deref())?;
            project.target_directory().to_owned()
        }
        // A package of the registry can be looked at from anywhere.
        (None, Some(_)) => match Project::load(building.selection.manifest_path.as_deref()) {
            Ok(project) => project.target_directory().to_owned(),
            Err(_) => PathBuf::from("target"),
        },
    };
    Ok(target.join("ext"))
}

/// Shows the page in the user's browser: `$BROWSER`, else what the system opens pages with.
fn open(path: &Path) -> Result<(), Failure> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let browser = std::env::var_os("BROWSER").filter(|it| !it.is_empty());
    let mut command = match browser {
        Some(browser) => Command::new(browser),
        None if cfg!(windows) => {
            let mut command = Command::new("cmd");
            // The first text in quotation marks would be the window's title.
            command.args(["/C", "start", ""]);
            command
        }
        None => Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" }),
    };
    let failed = |reason: String| {
        let message = format!("{} cannot be opened in a browser: {reason}", path.display());
        let help = "open the file yourself, or set BROWSER to a program that shows web pages";
        Failure::environment(Diagnostic::error(code::FILE, message).help(help))
    };
    match command.arg(&path).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(status.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}
