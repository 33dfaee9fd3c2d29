//! `cargo ext undeploy`: a version, or all of them, is served no more.

use ext_registry::PackageRef;
use serde::{Deserialize, Serialize};

use crate::calls::plain;
use crate::cli::Undeploy;
use crate::failure::Failure;
use crate::server::{Server, segment};
use crate::shell::Shell;

pub fn run(arguments: &Undeploy, shell: &Shell) -> Result<(), Failure> {
    let PackageRef { name, .. } = arguments.package.parse()?;
    let server = Server::find(&arguments.remote)?;
    let mut path = format!("/api/deployments/{}/{}", name.namespace(), name.name());
    if let Some((_, version)) = arguments.package.split_once('@') {
        path.push_str(&segment(&format!("@{version}")));
    }
    #[derive(Deserialize)]
    struct Gone {
        undeployed: Vec<ext_registry::Version>,
        /// Older servers keep grants.
        #[serde(default)]
        revoked: Vec<String>,
    }
    #[derive(Serialize)]
    struct Message {
        name: String,
        version: String,
    }
    let Gone { undeployed, revoked } = server.delete(&path)?;
    for version in undeployed {
        shell.status("Undeployed", format!("{name}@{version}"));
        let message = Message { name: name.to_string(), version: version.to_string() };
        shell.message("ext-undeployed", &message);
    }
    for grant in revoked {
        shell.status("Revoked", format!("{} of {name}", plain(&grant)));
    }
    Ok(())
}
