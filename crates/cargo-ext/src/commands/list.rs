//! `cargo ext list`.

use ext_registry::{Lock, Registry};
use serde::Serialize;

use super::application::Application;
use crate::cli::{Common, List};
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;
use crate::store::registry_dir;

#[derive(Serialize)]
struct Row {
    name: String,
    version: String,
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<String>,
}

pub fn run(arguments: &List, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let rows = if arguments.available { available(common)? } else { used(arguments)? };
    if rows.is_empty() {
        let what = if arguments.available {
            "the registry has no package"
        } else {
            "this application uses no extension"
        };
        shell.note(
            "Empty",
            format!(
                "{what}; `cargo ext {}`",
                if arguments.available { "publish" } else { "add NAMESPACE:NAME" }
            ),
        );
    }
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in &rows {
        if shell.is_json() {
            shell.message("ext-package", row);
        } else {
            let requirement = row
                .requirement
                .as_ref()
                .map(|it| format!("  (asked for {it})"))
                .unwrap_or_default();
            shell.print(format!(
                "{:<width$}  {:<10}  {}{requirement}",
                row.name, row.version, row.digest
            ));
        }
    }
    Ok(())
}

fn available(common: &Common) -> Result<Vec<Row>, Failure> {
    let registry = Registry::open(&registry_dir(common)?)?;
    let mut rows = Vec::new();
    for name in registry.packages()? {
        for entry in registry.versions(&name)? {
            rows.push(Row {
                name: name.to_string(),
                version: entry.version.to_string(),
                digest: entry.digest.to_string(),
                requirement: None,
            });
        }
    }
    Ok(rows)
}

fn used(arguments: &List) -> Result<Vec<Row>, Failure> {
    let project = Project::load(arguments.selection.manifest_path.as_deref())?;
    let application = Application::new(project.application(&arguments.selection)?)?;
    let lock = Lock::load(&application.lock_file())?.unwrap_or_default();
    Ok((lock.entries())
        .map(|locked| Row {
            name: locked.name.to_string(),
            version: locked.version.to_string(),
            digest: locked.digest.to_string(),
            requirement: application.requirement(&locked.name),
        })
        .collect())
}
