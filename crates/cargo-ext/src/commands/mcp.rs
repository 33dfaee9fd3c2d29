//! `cargo ext mcp`: extensions of the registry as tools, over the standard streams.
//!
//! The process that a client starts runs the extensions itself: nothing else has to be there,
//! no server, no port, no token. Clients that are to use a running server are given its address.

use std::collections::{BTreeMap, BTreeSet};

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::{PackageRef, Registry, location};
use ext_server::auth::Caller;
use ext_server::{Configuration, DeployRequest, Platform, StartError};

use super::serve::runtime;
use super::signals::Signals;
use crate::cli::{Common, Mcp};
use crate::failure::Failure;
use crate::shell::Shell;
use crate::store::{registry_dir, stored};

pub fn run(arguments: &Mcp, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let registry = registry_dir(common)?;
    let names: Vec<String> = match arguments.packages.is_empty() {
        false => arguments.packages.clone(),
        true => Registry::open_or_create(&registry)?
            .packages()?
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    // What it remembers goes with it: its clients write their own logs.
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::file("made", &std::env::temp_dir(), &error))?;
    let mut configuration = Configuration::new(folder.path().to_owned(), registry);
    configuration.cache = location::cache_dir();
    let mut requests = Vec::new();
    for name in &names {
        requests.push(request(name, arguments, common, &mut configuration)?);
    }
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        ext_server::log_to_stderr(shell.is_json());
        let (platform, _) = Platform::open(configuration).await.map_err(start)?;
        let mut refused = Vec::new();
        for request in &requests {
            if let Err(problem) = platform.deploy(&Caller::stdio(), request, |_| {}).await {
                refused.push(Diagnostic::error(problem.code(), problem.detail()));
            }
        }
        // Whoever names packages wants these.
        if !refused.is_empty() && !arguments.packages.is_empty() {
            return Err(Failure::new(refused, crate::failure::INPUT));
        }
        refused.iter().for_each(|it| shell.note("Without", &it.message));
        let mut signals = Signals::listen()?;
        tokio::select! {
            served = ext_server::serve_stdio(platform) => served.map_err(start)?,
            () = signals.next() => {}
        }
        Ok(())
    });
    // A read of standard input may wait for ever; nobody waits for it.
    runtime.shutdown_background();
    served
}

/// What is to be served of a package: with what it asks for, as far as that is granted. The
/// variables' values are those of this process, as clients set them.
fn request(
    name: &str,
    arguments: &Mcp,
    common: &Common,
    configuration: &mut Configuration,
) -> Result<DeployRequest, Failure> {
    let reference: PackageRef = name.parse()?;
    let stored = stored(&reference, common)?;
    let asked = ext_server::asked_permissions(&stored.extension.package.permissions);
    let granted: BTreeSet<&String> =
        arguments.grant.iter().filter(|it| asked.contains(*it)).collect();
    let variables = granted.iter().filter_map(|it| it.strip_prefix("environment:"));
    let values: BTreeMap<String, String> = variables
        .filter_map(|variable| Some((variable.to_owned(), std::env::var(variable).ok()?)))
        .collect();
    // They never show in what the extension writes.
    configuration.secrets.insert(stored.name.to_string(), values);
    Ok(DeployRequest {
        package: format!("{}@={}", stored.name, stored.version),
        digest: Some(stored.digest.to_string()),
        grant: granted.into_iter().cloned().collect(),
        settings: None,
    })
}

fn start(error: StartError) -> Failure {
    Failure::environment(Diagnostic::error(code::SERVER_START, error.to_string()))
}
