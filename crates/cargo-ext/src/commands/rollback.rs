//! `cargo ext rollback`: the version before, or one that is named, is the active one again.

use ext_registry::{PackageName, Version};
use ext_server::Deployed;
use serde_json::json;

use super::deploy::said;
use crate::cli::Rollback;
use crate::failure::Failure;
use crate::server::Server;
use crate::shell::Shell;

pub fn run(arguments: &Rollback, shell: &Shell) -> Result<(), Failure> {
    let name: PackageName = arguments.package.parse()?;
    let to = arguments.to.as_deref().map(|text| version(&name, text)).transpose()?;
    let server = Server::find(&arguments.remote)?;
    let path = format!("/api/deployments/{}/{}/rollback", name.namespace(), name.name());
    let body = match to {
        Some(version) => json!({ "to": version }),
        None => json!({}),
    };
    let deployed: Deployed = server.post(&path, &body)?;
    said(&deployed, &server.of_package(&name), shell);
    Ok(())
}

/// A whole version: a deployed one is meant, and no range of them.
fn version(name: &PackageName, text: &str) -> Result<Version, Failure> {
    text.parse().map_err(|error| {
        use ext_definition::{code, diagnostic::Diagnostic};
        let message = format!("`--to {text}` is no version: {error}");
        let help = format!("`cargo ext deployments` lists those of `{name}`");
        Failure::usage(Diagnostic::error(code::VERSION_MALFORMED, message).help(help))
    })
}
