//! `cargo ext deployments`: what a server serves.

use ext_registry::PackageName;
use ext_server::Deployed;
use ext_server::store::Settings;

use crate::calls::plain;
use crate::cli::Deployments;
use crate::failure::Failure;
use crate::server::Server;
use crate::shell::{Shell, size};

pub fn run(arguments: &Deployments, shell: &Shell) -> Result<(), Failure> {
    let server = Server::find(&arguments.remote)?;
    let path = match &arguments.package {
        Some(package) => {
            let name: PackageName = package.parse()?;
            format!("/api/deployments/{}/{}", name.namespace(), name.name())
        }
        None => "/api/deployments".to_owned(),
    };
    let deployed: Vec<Deployed> = server.get(&path, &[])?;
    if deployed.is_empty() {
        let message = format!("nothing is deployed at {}; `cargo ext deploy`", server.address());
        shell.note("Empty", message);
    }
    let width = deployed.iter().map(|it| it.deployment.name.to_string().len()).max().unwrap_or(0);
    for it in &deployed {
        if shell.is_json() {
            shell.message("ext-deployment", it);
            continue;
        }
        let deployment = &it.deployment;
        let in_short = arguments.package.is_none();
        let line = format!(
            "{:<width$}  {:<10}  {:<8}  {:.0} by {}  {}",
            deployment.name.to_string(),
            deployment.version.to_string(),
            if it.active { "active" } else { "" },
            deployment.at,
            plain(&deployment.by),
            if in_short { settings(&deployment.settings) } else { String::new() },
        );
        shell.print(line.trim_end());
        if let Some(error) = &it.error {
            shell.print(format!("    cannot be loaded: {}", plain(error)));
        }
        if let Some(in_force) = it.in_force.as_ref().filter(|_| !in_short) {
            let fresh = if in_force.reuse { "" } else { "a fresh instance for each call, " };
            shell.print(format!("    {fresh}{}", settings(in_force)));
        }
    }
    Ok(())
}

/// What is said of these.
fn settings(settings: &Settings) -> String {
    let bytes = |it: u64| size(usize::try_from(it).unwrap_or(usize::MAX));
    let said = [
        settings.reuse.then(|| "reuse".to_owned()),
        settings.concurrency.map(|it| format!("{it} at once")),
        settings.queue.map(|it| format!("{it} waiting")),
        settings.time_ms.map(|it| format!("{it} ms")),
        settings.memory_bytes.map(|it| format!("{} of memory", bytes(it))),
        settings.result_bytes.map(|it| format!("results of {}", bytes(it))),
        settings.body_bytes.map(|it| format!("requests of {}", bytes(it))),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
