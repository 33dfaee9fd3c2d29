//! `cargo ext deploy`: a package out of the server's registry, served from now on.

use std::time::Duration;

use ext_registry::PackageRef;
use ext_server::{DeployRequest, Deployed, Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::calls::plain;
use crate::cli::{Deploy, Deploying};
use crate::failure::Failure;
use crate::server::{Problem, Server};
use crate::shell::Shell;

pub fn run(arguments: &Deploy, shell: &Shell) -> Result<(), Failure> {
    let reference: PackageRef = arguments.package.parse()?;
    let server = Server::find(&arguments.remote)?;
    deploy(&server, request(&reference.to_string(), None, &arguments.deploying), shell)
}

/// What is asked of a server.
pub fn request(package: &str, digest: Option<String>, how: &Deploying) -> DeployRequest {
    DeployRequest {
        package: package.to_owned(),
        digest,
        grant: how.grants.clone(),
        settings: settings(how),
    }
}

/// What is to be different from the version before; `None` if nothing was said.
pub fn settings(how: &Deploying) -> Option<Map<String, Value>> {
    let time = how.time.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX).max(1));
    let said = [
        // Of the two, the last one that was said.
        ("reuse", (how.reuse || how.no_reuse).then(|| how.reuse.into())),
        ("concurrency", how.concurrency.map(Value::from)),
        ("queue", how.queue.map(Value::from)),
        ("time_ms", time.map(Value::from)),
        ("memory_bytes", how.memory.map(Value::from)),
        ("body_bytes", how.max_body.map(Value::from)),
        ("result_bytes", how.max_result.map(Value::from)),
    ];
    let said: Map<String, Value> =
        said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    (!said.is_empty()).then_some(said)
}

/// A line of the server's answer.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Stage(Stage),
    Deployed { deployed: Box<Deployed> },
    Problem { problem: Problem },
}

/// Deploys, and says how far it is.
pub fn deploy(server: &Server, request: DeployRequest, shell: &Shell) -> Result<(), Failure> {
    let mut lines = server.post_lines("/api/deployments", &request)?;
    while let Some(line) = lines.next()? {
        match line {
            Line::Stage(it) => stage(&it, shell),
            Line::Deployed { deployed } => {
                said(&deployed, &server.of_package(&deployed.deployment.name), shell);
                return Ok(());
            }
            Line::Problem { problem } => return Err(problem.into_failure()),
        }
    }
    Err(lines.broken("it does not say what became of the deployment"))
}

/// A stage of a deployment, and how long it took.
pub fn stage(stage: &Stage, shell: &Shell) {
    let (verb, what) = match stage.stage.as_str() {
        "verify" => ("Verified", "digest, definition and permissions".to_owned()),
        "compile" => ("Compiled", "ahead of time".to_owned()),
        "activate" => ("Activated", "for all calls from now on".to_owned()),
        other => ("Done", plain(other)),
    };
    shell.stage(verb, what, Duration::from_micros(stage.micros));
}

/// What is deployed now, and where it is.
pub fn said(deployed: &Deployed, address: &str, shell: &Shell) {
    #[derive(Serialize)]
    struct Message<'a> {
        #[serde(flatten)]
        deployed: &'a Deployed,
        address: &'a str,
    }
    let deployment = &deployed.deployment;
    shell.status("Deployed", format!("{}@{} at {address}", deployment.name, deployment.version));
    for grant in &deployed.requests {
        shell.note("Granted", plain(grant));
    }
    shell.message("ext-deployed", &Message { deployed, address });
}
