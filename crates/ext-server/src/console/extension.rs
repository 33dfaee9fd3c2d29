//! One extension: its versions, what it may, its actions.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect};
use ext_definition::model::Action;
use ext_definition::{code, doc, outline};
use ext_registry::PackageName;

use super::page::{Head, Result, Said, Visitor, show};
use super::plot::Plots;
use super::words;
use crate::auth::{Reading, Verb};
use crate::http::{Shared, actions, api};
use crate::permission;
use crate::problem::Problem;
use crate::running::Running;
use crate::store::{Deployment, Event};

#[derive(Template)]
#[template(path = "extension.html")]
struct Page<'a> {
    head: Head,
    name: &'a PackageName,
    /// The version of which this page tells: the active one, if it runs.
    shown: String,
    /// The active version, if it cannot be loaded.
    failed: Option<String>,
    title: String,
    description: String,
    groups: Vec<(&'a str, Vec<&'a Action>)>,
    versions: Vec<Version>,
    /// The version that rolling back leads to.
    previous: Option<String>,
    permissions: Vec<Permission>,
    deploys: bool,
    operates: bool,
    sees_calls: bool,
    plots: Option<Plots>,
    here: String,
    /// Of what is shown, below `/v1`, say: with the version if that was asked for.
    address: String,
    events: Vec<Event>,
}

struct Version {
    deployment: Deployment,
    active: bool,
    /// Why it cannot be loaded; nothing, if it runs or this is not for this visitor.
    error: Option<String>,
    is_broken: bool,
    /// The beginning of its digest.
    digest: String,
    settings: Vec<String>,
}

struct Permission {
    text: String,
    /// What it is about, for people.
    kind: &'static str,
    what: String,
    asked: bool,
    granted: bool,
}

/// `GET /extensions/NAMESPACE/NAME[@VERSION]`.
pub async fn page(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Result {
    let (deploys, operates) = (
        visitor.caller.may(Verb::Deploy, Some(&namespace)),
        visitor.caller.may(Verb::Operate, Some(&namespace)),
    );
    visitor.caller.check_reading(Reading::Description, Some(&namespace))?;
    let (bare, version) = match name.split_once('@') {
        Some((bare, version)) => (bare, Some(version)),
        None => (&*name, None),
    };
    let name = api::name(&namespace, bare)?;
    let all = platform.deployments().of(&name)?;
    let shown = match version {
        Some(version) => Some(platform.deployments().find(&name, Some(version))?),
        None => all.active().or_else(|| all.all().next_back()).cloned(),
    };
    let shown = shown.as_ref();
    let of_version = version.and(shown).map_or_else(String::new, |it| format!("@={}", it.version));
    let said = Said::of(query.unwrap_or_default().as_bytes());
    let sees_calls = visitor.sees_calls(Some(&namespace));
    let id = name.to_string();
    let (plots, events) = match sees_calls {
        true => (
            Some(Plots::of(&platform, Some(&id), said.get("span")).await?),
            platform.store().events(Some(&id), 10).await?,
        ),
        false => (None, Vec::new()),
    };
    let definition = shown.map(|it| it.extension.definition());
    let package = definition.map(|it| &it.package);
    let title = package.map_or_else(|| id.clone(), words::title);
    let groups = definition.map(outline::groups).into_iter().flatten();
    let groups = groups.map(|it| {
        let name = if it.name.is_empty() { "Actions" } else { it.name };
        (name, it.actions.into_iter().collect())
    });
    let versions = all.deployments().rev().map(|it| {
        let version = all.get(&it.version);
        let error = version.and_then(|it| it.as_ref().err()).map(|it| it.error.clone());
        let running = version.and_then(|it| it.as_ref().ok()).filter(|_| sees_calls);
        Version {
            active: all.active_version() == Some(&it.version),
            digest: it.digest.hex()[..12].to_owned(),
            settings: running.map_or_else(Vec::new, |it| settings(it)),
            is_broken: error.is_some(),
            // It names folders of the machine.
            error: error.filter(|_| sees_calls),
            deployment: it.clone(),
        }
    });
    let failed = all.active_version().filter(|_| all.active().is_none());
    Ok(show(&Page {
        head: visitor.head("overview", title.clone()),
        description: package.map(|it| doc::description(&it.description)).unwrap_or_default(),
        groups: groups.collect(),
        versions: versions.collect(),
        previous: all.previous_version().map(ToString::to_string),
        // Who calls it is told what it asks for, and not what it was given.
        permissions: permissions(
            shown,
            &match sees_calls {
                true => platform.granted(&name),
                false => BTreeSet::new(),
            },
        ),
        address: format!("{}/{}{of_version}", name.namespace(), name.name()),
        failed: failed.map(ToString::to_string),
        shown: shown.map(|it| it.version.to_string()).unwrap_or_default(),
        here: format!("/extensions/{}/{}", name.namespace(), name.name()),
        name: &name,
        title,
        deploys,
        operates,
        sees_calls,
        plots,
        events,
    }))
}

/// How a version runs, in full.
fn settings(running: &Running) -> Vec<String> {
    let settings = &running.in_force;
    let mut said = vec![match settings.reuse {
        true => "instances are used again".to_owned(),
        false => "a fresh instance for each call".to_owned(),
    }];
    let mut about = |name: &str, value: Option<String>| {
        said.extend(value.map(|it| format!("{name} {it}")));
    };
    about("time", settings.time_ms.map(|it| format!("{it} ms")));
    about("memory", settings.memory_bytes.map(words::bytes));
    about("results", settings.result_bytes.map(words::bytes));
    about("requests", settings.body_bytes.map(words::bytes));
    about("concurrency", settings.concurrency.map(|it| it.to_string()));
    about("queue", settings.queue.map(|it| it.to_string()));
    said
}

fn permissions(running: Option<&Arc<Running>>, granted: &BTreeSet<String>) -> Vec<Permission> {
    let asked = running.map(|it| permission::asked(&it.extension.definition().package.permissions));
    let asked = asked.unwrap_or_default();
    let all = asked.union(granted).map(|text| {
        let (kind, what) = text.split_once(':').unwrap_or(("", text));
        let kind = match kind {
            "http" => "HTTP requests to",
            "environment" => "Environment variable",
            "folder" => "Folder",
            _ => "Other",
        };
        Permission {
            kind,
            what: what.to_owned(),
            asked: asked.contains(text),
            granted: granted.contains(text),
            text: text.clone(),
        }
    });
    all.collect()
}

fn back(name: &PackageName, done: &str) -> axum::response::Response {
    let to = format!("/extensions/{}/{}?done={done}", name.namespace(), name.name());
    Redirect::to(&to).into_response()
}

fn version(said: &Said) -> Result<&str> {
    let missing = || Problem::new(code::BODY_UNREADABLE, "the form does not say which version");
    Ok(said.get("version").ok_or_else(missing)?)
}

/// `POST …/activate`, with a version.
pub async fn activate(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    visitor: Visitor,
    request: Request,
) -> Result {
    let said = Said::of_body(request).await?;
    let name = api::name(&namespace, &name)?;
    let version = version(&said)?.parse();
    let version = version.map_err(|_| Problem::new(code::BODY_UNREADABLE, "no version"))?;
    platform.rollback(&visitor.caller, &name, Some(&version)).await?;
    Ok(back(&name, "activated"))
}

/// `POST …/rollback`.
pub async fn rollback(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    visitor: Visitor,
) -> Result {
    let name = api::name(&namespace, &name)?;
    platform.rollback(&visitor.caller, &name, None).await?;
    Ok(back(&name, "rolled-back"))
}

/// `POST …/undeploy`, with a version.
pub async fn undeploy(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    visitor: Visitor,
    request: Request,
) -> Result {
    let said = Said::of_body(request).await?;
    let name = api::name(&namespace, &name)?;
    let version = format!("={}", version(&said)?);
    platform.undeploy(&visitor.caller, &name, Some(&version)).await?;
    match platform.deployments().versions(&name) {
        Some(_) => Ok(back(&name, "undeployed")),
        None => Ok(Redirect::to("/?done=undeployed").into_response()),
    }
}

/// `POST …/grants`: what is granted from now on.
pub async fn grant(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    visitor: Visitor,
    request: Request,
) -> Result {
    let said = Said::of_body(request).await?;
    let name = api::name(&namespace, &name)?;
    let granted = said.all("grant").filter(|it| !it.is_empty()).map(str::to_owned).collect();
    platform.grant(&visitor.caller, &name, granted).await?;
    Ok(back(&name, "granted"))
}

/// `GET /docs/NAMESPACE/NAME[@VERSION]`: the page of `cargo ext doc`.
pub async fn documentation(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    visitor: Visitor,
) -> Result {
    visitor.caller.check_reading(Reading::Description, Some(&namespace))?;
    let (running, _) = actions::find(&platform, &namespace, &name)?;
    let policy = format!("{}; frame-ancestors 'none'", doc::policy());
    let page = Html(doc::page(running.extension.definition()));
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response())
}
