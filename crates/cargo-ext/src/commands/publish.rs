//! `cargo ext publish`: all stages, and the registry.

use std::collections::BTreeMap;
use std::time::Instant;

use ext_definition::diagnostic::Diagnostic;
use ext_definition::model::Extension;
use ext_definition::{code, wit};
use ext_registry::{Outcome, PackageName, PublishRequest, Registry, Version, oci};
use serde::Serialize;

use super::deploy;
use crate::artifact::{self, Built};
use crate::cli::{Common, Publish};
use crate::failure::Failure;
use crate::pack;
use crate::project::Project;
use crate::server::Server;
use crate::shell::Shell;
use crate::store::registry_dir;

pub fn run(arguments: &Publish, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let building = &arguments.building;
    let server = server(arguments)?;
    let project = Project::load(building.selection.manifest_path.as_deref())?;
    let registry = Registry::open_or_create(&registry_dir(common)?)?;
    for package in project.extensions(&building.selection)? {
        let built = artifact::build(&project, package, building, shell)?;
        if artifact::profile(building) == "dev" {
            shell.diagnostic(&debug_build(&built), None);
        }
        let digest = store(&built, &registry, shell)?;
        if let Some(server) = &server {
            let package = format!("{}@={}", built.name, built.version);
            let request = deploy::request(&package, Some(digest), &arguments.deploying);
            deploy::deploy(server, request, shell)?;
        }
    }
    Ok(())
}

/// The server to deploy to; options that are for deploying say nothing without it.
fn server(arguments: &Publish) -> Result<Option<Server>, Failure> {
    if arguments.deploy {
        return Server::find(&arguments.remote).map(Some);
    }
    let how = &arguments.deploying;
    let given = !how.grants.is_empty() || deploy::settings(how).is_some();
    if given || arguments.remote.server.is_some() {
        let message = "options of a deployment are given, and nothing is to be deployed";
        let help = "add `--deploy`, or leave them out";
        return Err(Failure::usage(Diagnostic::error(code::ARGUMENTS, message).help(help)));
    }
    Ok(None)
}

fn debug_build(built: &Built) -> Diagnostic {
    let message = format!("`{}` is published from a debug build: large and slow", built.name);
    Diagnostic::warning(code::DEBUG_BUILD, message)
        .help("publish without `--debug`; a published version cannot be replaced")
}

/// Gives the digest of what is in the registry.
fn store(built: &Built, registry: &Registry, shell: &Shell) -> Result<String, Failure> {
    let started = Instant::now();
    let extension = &built.extension;
    let package = &extension.package;
    let version: Version = package.version.parse().map_err(|error| {
        Diagnostic::error(
            code::DEFINITION_CORRUPT,
            format!("`{}` is no version: {error}", package.version),
        )
    })?;
    let published = registry.publish(&PublishRequest {
        name: PackageName::new(&package.namespace, &package.name)?,
        version,
        component: &built.bytes,
        annotations: annotations(extension),
        exports: vec![format!("{}/{}@{}", package.id(), wit::INTERFACE, package.version)],
        imports: pack::imports(&built.bytes)?,
        author: package.authors.first().cloned(),
    })?;
    let place = registry.root().display();
    if published.outcome == Outcome::New {
        shell.stage("Stored", format!("in {place}"), started.elapsed());
    }
    #[derive(Serialize)]
    struct Message<'a> {
        name: &'a str,
        version: &'a str,
        digest: &'a str,
        unchanged: bool,
    }
    let (name, version) = (&built.name, &built.version);
    let digest = published.digest.to_string();
    let unchanged = published.outcome == Outcome::Unchanged;
    match unchanged {
        true => shell.status(
            "Unchanged",
            format!("{name}@{version} ({digest}): {place} has this package already"),
        ),
        false => shell.status("Published", format!("{name}@{version} ({digest})")),
    }
    shell.message("ext-published", &Message { name, version, digest: &digest, unchanged });
    Ok(digest)
}

/// The standard annotations that the manifest can fill.
fn annotations(extension: &Extension) -> BTreeMap<String, String> {
    let package = &extension.package;
    let title = if package.title.is_empty() { &package.name } else { &package.title };
    let authors = package.authors.join(", ");
    [
        (oci::TITLE, title),
        (oci::DESCRIPTION, &package.description),
        (oci::LICENSES, &package.license),
        (oci::URL, &package.homepage),
        (oci::SOURCE, &package.repository),
        (oci::AUTHORS, &authors),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (key.to_owned(), value.clone()))
    .collect()
}
