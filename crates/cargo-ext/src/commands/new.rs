//! `cargo ext new`: an extension that builds, tests and publishes at once.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::package::DATABASES;

use super::scaffold::{Scaffold, check_name, namespace};
use crate::cli::{New, Template};
use crate::failure::Failure;
use crate::shell::Shell;

pub fn run(arguments: &New, shell: &Shell) -> Result<(), Failure> {
    let path = &arguments.path;
    let folder_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = arguments.name.clone().or(folder_name).unwrap_or_default();
    check_name(&name, "name", code::NAME_MALFORMED)?;
    for database in &arguments.databases {
        if database != "all" && !DATABASES.contains(&database.as_str()) {
            let help = format!("known are: all, {}", DATABASES.join(", "));
            let message = format!("`{database}` is no database known here");
            return Err(Failure::usage(
                Diagnostic::error(code::DATABASE_UNKNOWN, message).help(help),
            ));
        }
    }
    let namespace = namespace(arguments.namespace.as_deref(), shell)?;
    check_name(&namespace, "namespace", code::NAMESPACE_MALFORMED)?;

    let (source, more, call): (_, &[(&str, &str)], _) = match arguments.template {
        Template::Hello => {
            (include_str!("../../templates/hello.rs"), &[], "cargo ext run greet --name World")
        }
        Template::Orders => (
            include_str!("../../templates/orders.rs"),
            &[("order.json", include_str!("../../templates/order.json"))],
            "cargo ext run price_order --json @order.json",
        ),
    };
    let scaffold = Scaffold {
        path,
        name: &name,
        namespace: &namespace,
        databases: &arguments.databases,
        description: "Says hello",
        features: &[],
        source,
    };
    scaffold.write(more, shell)?;
    scaffold.say_created(shell);
    shell.note(
        "Next",
        format!("cd {}, then `cargo test`, `{call}`, `cargo ext publish`", path.display()),
    );
    Ok(())
}
