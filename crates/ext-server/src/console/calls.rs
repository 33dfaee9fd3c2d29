//! What was called.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use ext_definition::code;

use super::page::{Head, Result, Said, Visitor, show};
use super::words;
use crate::http::{Shared, api};
use crate::problem::Problem;
use crate::store::{CallQuery, CallRecord, Outcome};

/// Calls on one page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "calls.html")]
struct List {
    head: Head,
    calls: Vec<CallRecord>,
    packages: Vec<String>,
    package: String,
    action: String,
    /// The outcomes that can be chosen: address, word, whether it is chosen.
    outcomes: Vec<(String, &'static str, bool)>,
    outcome: &'static str,
    /// The address of the calls before these.
    older: Option<String>,
    /// Whether these are not the latest.
    is_older: bool,
    newest: String,
}

/// `GET /calls`.
pub async fn list(State(platform): Shared, RawQuery(query): RawQuery, visitor: Visitor) -> Result {
    let said = Said::of(query.unwrap_or_default().as_bytes());
    let outcome = said.get("outcome").and_then(Outcome::of);
    let before = said.get("before").map(|it| {
        it.parse().map_err(|_| Problem::new(code::BODY_UNREADABLE, format!("`{it}` is no instant")))
    });
    let mut wanted = CallQuery {
        package: said.get("package").map(str::to_owned),
        action: said.get("action").map(ext_definition::naming::snake),
        outcome,
        before: before.transpose()?,
        limit: Some(PAGE + 1),
        ..CallQuery::default()
    };
    api::visible(&visitor.asker, &mut wanted)?;
    let mut calls = platform.store().calls(&wanted).await?;
    let more = calls.len() > PAGE as usize;
    calls.truncate(PAGE as usize);
    let (package, action) = (wanted.package.unwrap_or_default(), wanted.action.unwrap_or_default());
    let address = |outcome: &str, before: &str| {
        let given = [
            ("package", &*package),
            ("action", &*action),
            ("outcome", outcome),
            ("before", before),
        ];
        let given: Vec<String> = (given.iter())
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", words::encoded(value)))
            .collect();
        format!("/calls?{}", given.join("&"))
    };
    let word = outcome.map_or("", Outcome::word);
    let mut outcomes = vec![(address("", ""), "all", outcome.is_none())];
    outcomes
        .extend(Outcome::ALL.map(|it| (address(it.word(), ""), it.word(), outcome == Some(it))));
    let last = calls.last().filter(|_| more);
    let packages = platform.deployments().all().into_iter();
    let packages = packages.filter(|(name, _)| visitor.sees_calls(Some(name.namespace())));
    let mut packages: Vec<String> = packages.map(|(name, _)| name.to_string()).collect();
    // Calls are remembered longer than what was called may be deployed.
    if !package.is_empty() && !packages.contains(&package) {
        packages.push(package.clone());
    }
    Ok(show(&List {
        head: visitor.head("calls", "Calls"),
        older: last.map(|it| address(word, &words::machine(&it.at))),
        is_older: wanted.before.is_some(),
        newest: address(word, ""),
        packages,
        outcome: word,
        calls,
        outcomes,
        package,
        action,
    }))
}

#[derive(Template)]
#[template(path = "call.html")]
struct One {
    head: Head,
    call: CallRecord,
    /// `namespace/name`.
    path: String,
    /// What the code means.
    title: &'static str,
}

/// `GET /calls/ID`.
pub async fn one(State(platform): Shared, Path(id): Path<String>, visitor: Visitor) -> Result {
    let mut wanted = CallQuery { id: Some(id.clone()), limit: Some(1), ..CallQuery::default() };
    api::visible(&visitor.asker, &mut wanted)?;
    let mut found = None;
    // Calls are written down a moment after they end, many together.
    for wait in [0, 60, 120, 240] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        found = platform.store().calls(&wanted).await?.into_iter().next();
        if found.is_some() {
            break;
        }
    }
    let Some(call) = found else {
        let message = format!("no call of the request `{id}` is remembered");
        return Err(Problem::new(code::NO_PAGE, message).into());
    };
    let title = call.code.as_deref().and_then(code::find).map_or("", |it| it.title());
    let head = visitor.head("calls", format!("{} · {}", call.action, call.package));
    Ok(show(&One { head, path: call.package.replacen(':', "/", 1), call, title }))
}
