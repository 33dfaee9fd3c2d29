//! `cargo ext remove`.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::{Lock, PackageName};

use super::application::Application;
use crate::cli::Remove;
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;

pub fn run(arguments: &Remove, shell: &Shell) -> Result<(), Failure> {
    let project = Project::load(arguments.selection.manifest_path.as_deref())?;
    let mut application = Application::new(project.application(&arguments.selection)?)?;
    let mut lock = Lock::load(&application.lock_file())?.unwrap_or_default();
    let mut names = Vec::new();
    for text in &arguments.extensions {
        let name: PackageName = text.parse()?;
        let noted = application.remove(&name)?;
        if lock.remove(&name).is_none() && !noted {
            let used: Vec<String> = lock.entries().map(|it| it.name.to_string()).collect();
            let help = match used.is_empty() {
                true => "it uses none".to_owned(),
                false => format!("it uses: {}", used.join(", ")),
            };
            let message = format!("the application does not use `{name}`");
            return Err(Diagnostic::error(code::NOT_A_DEPENDENCY, message).help(help).into());
        }
        names.push(name);
    }
    application.save()?;
    lock.save(&application.lock_file())?;
    for name in names {
        let file = application.definition_file(&name);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::file("removed", &file, &error));
            }
            _ => shell.status("Removed", name),
        }
    }
    Ok(())
}
