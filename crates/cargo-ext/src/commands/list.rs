//! `cargo ext list`.

use cargo_metadata::Package;
use ext_registry::{Lock, PackageName, Registry};
use serde::Serialize;

use super::application::Application;
use crate::cli::{Common, List};
use crate::failure::Failure;
use crate::project::{self, Project};
use crate::shell::Shell;
use crate::store::registry_dir;

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<String>,
    /// What is special about it, for people.
    #[serde(skip)]
    note: &'static str,
}

pub fn run(arguments: &List, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let rows = if arguments.available { available(common)? } else { here(arguments, common)? };
    if rows.is_empty() {
        let (what, verb) = match arguments.available {
            true => ("the registry has no package", "publish"),
            false => ("this application uses no extension", "add NAMESPACE:NAME"),
        };
        shell.note("Empty", format!("{what}; `cargo ext {verb}`"));
    }
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in &rows {
        match shell.is_json() {
            true => shell.message("ext-package", row),
            false => shell.print(line(row, width)),
        }
    }
    Ok(())
}

fn line(row: &Row, width: usize) -> String {
    let version = row.version.as_deref().unwrap_or("-");
    let requirement =
        row.requirement.as_ref().map(|it| format!("  (asked for {it})")).unwrap_or_default();
    let digest = row.digest.as_deref().unwrap_or(row.note);
    let note = if row.digest.is_some() && !row.note.is_empty() { row.note } else { "" };
    let gap = if note.is_empty() { "" } else { "  " };
    format!("{:<width$}  {version:<10}  {digest}{requirement}{gap}{note}", row.name)
}

fn available(common: &Common) -> Result<Vec<Row>, Failure> {
    let registry = Registry::open(&registry_dir(common)?)?;
    let mut rows = Vec::new();
    for name in registry.packages()? {
        for entry in registry.versions(&name)? {
            rows.push(Row {
                name: name.to_string(),
                version: Some(entry.version.to_string()),
                digest: Some(entry.digest.to_string()),
                requirement: None,
                note: "",
            });
        }
    }
    Ok(rows)
}

/// What the package here uses, and itself if it is an extension.
fn here(arguments: &List, common: &Common) -> Result<Vec<Row>, Failure> {
    let project = Project::load(arguments.selection.manifest_path.as_deref())?;
    let package = project.application(&arguments.selection)?;
    let mut rows: Vec<Row> = own(package, common).into_iter().collect();
    let application = Application::new(package)?;
    let lock = Lock::load(&application.lock_file())?.unwrap_or_default();
    rows.extend(used(&application.requirements(), &lock));
    Ok(rows)
}

/// The extension that a package is, and whether this version of it is published.
fn own(package: &Package, common: &Common) -> Option<Row> {
    let name = project::extension_name(package)?;
    let version = package.version.to_string();
    let published = || {
        let name: PackageName = name.parse().ok()?;
        // Without a registry nothing is published.
        let versions = Registry::open(&registry_dir(common).ok()?).ok()?.versions(&name).ok()?;
        versions.into_iter().find(|it| it.version.to_string() == version)
    };
    let digest = published().map(|it| it.digest.to_string());
    let note =
        if digest.is_some() { "(this extension)" } else { "(this extension, not published)" };
    Some(Row { name, version: Some(version), digest, requirement: None, note })
}

/// What Cargo.toml asks for and Ext.lock has: each may lack some of the other's.
fn used(requirements: &[(String, String)], lock: &Lock) -> Vec<Row> {
    let requirement = |name: &str| {
        requirements.iter().find(|(it, _)| it == name).map(|(_, requirement)| requirement.clone())
    };
    let locked = lock.entries().map(|locked| {
        let name = locked.name.to_string();
        let requirement = requirement(&name);
        let note = if requirement.is_none() { "(not in Cargo.toml)" } else { "" };
        let (version, digest) = (Some(locked.version.to_string()), Some(locked.digest.to_string()));
        Row { name, version, digest, requirement, note }
    });
    let mut rows: Vec<Row> = locked.collect();
    for (name, requirement) in requirements {
        if rows.iter().all(|it| it.name != *name) {
            let (name, requirement) = (name.clone(), Some(requirement.clone()));
            let note = "not in Ext.lock: run `cargo ext add`";
            rows.push(Row { name, version: None, digest: None, requirement, note });
        }
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_lock_file_hides_nothing() {
        let requirements =
            [("acme:b".to_owned(), "1".to_owned()), ("acme:a".to_owned(), "0.1".to_owned())];
        let rows = used(&requirements, &Lock::default());
        let lines: Vec<String> = rows.iter().map(|row| line(row, 6)).collect();
        assert_eq!(
            lines,
            [
                "acme:a  -           not in Ext.lock: run `cargo ext add`  (asked for 0.1)",
                "acme:b  -           not in Ext.lock: run `cargo ext add`  (asked for 1)",
            ]
        );
    }
}
