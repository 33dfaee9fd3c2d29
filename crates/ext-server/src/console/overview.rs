//! What runs here, at a glance.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{RawQuery, State};

use super::page::{Head, Result, Said, Visitor, show};
use super::plot::{self, Figures, Plots};
use super::words;
use crate::auth::Reading;
use crate::http::Shared;
use crate::store::Counts;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    head: Head,
    rows: Vec<Row>,
    /// Where the plots are: nobody's but those who may see all calls.
    plots: Option<Plots>,
    here: &'static str,
}

struct Row {
    namespace: String,
    name: String,
    title: String,
    summary: String,
    active: Option<String>,
    /// The active version that cannot be loaded.
    failed: Option<String>,
    versions: usize,
    actions: usize,
    /// Of the last day; `None`: not for this visitor.
    counts: Option<Figures>,
}

/// `GET /`.
pub async fn page(State(platform): Shared, RawQuery(query): RawQuery, visitor: Visitor) -> Result {
    let said = Said::of(query.unwrap_or_default().as_bytes());
    let plots = match visitor.sees_calls(None) {
        true => Some(Plots::of(&platform, None, said.get("span")).await?),
        false => None,
    };
    let all = platform.deployments().all();
    let any = all.iter().any(|(name, _)| visitor.sees_calls(Some(name.namespace())));
    let totals: BTreeMap<String, Counts> = match any {
        true => platform.store().totals(plot::day()).await?.into_iter().collect(),
        false => BTreeMap::new(),
    };
    let may_see = |it: &str| visitor.caller.may_read(Reading::Description, Some(it));
    let rows = all.iter().filter(|(name, _)| may_see(name.namespace())).map(|(name, versions)| {
        let shown = versions.active().or_else(|| versions.all().next_back());
        let definition = shown.map(|it| it.extension.definition());
        let package = definition.map(|it| &it.package);
        let counts = totals.get(&name.to_string()).map(Figures::of).unwrap_or_default();
        Row {
            namespace: name.namespace().to_owned(),
            name: name.name().to_owned(),
            title: package.map_or_else(|| name.name().to_owned(), words::title),
            summary: package.map(|it| words::summary(&it.description)).unwrap_or_default(),
            active: versions.active().map(|it| it.version.to_string()),
            failed: versions.active_version().map(ToString::to_string),
            versions: versions.deployments().count(),
            actions: definition.map_or(0, |it| it.actions.len()),
            counts: visitor.sees_calls(Some(name.namespace())).then_some(counts),
        }
    });
    let rows = rows.collect();
    Ok(show(&Page { head: visitor.head("overview", "Overview"), rows, plots, here: "/" }))
}
