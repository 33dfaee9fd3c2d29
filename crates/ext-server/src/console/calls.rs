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

/// What can be asked for in a field of its own: its name in the address, its label.
const FIELDS: [(&str, &str); 6] = [
    ("action", "Action"),
    ("version", "Version"),
    ("consumer", "Consumer"),
    ("surface", "By"),
    ("slower_ms", "Slower than, ms"),
    ("text", "In log or message"),
];

#[derive(Template)]
#[template(path = "calls.html")]
struct List {
    head: Head,
    calls: Vec<CallRecord>,
    packages: Vec<String>,
    package: String,
    /// The fields: name, label, what is in it.
    fields: Vec<(&'static str, &'static str, String)>,
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
    let text = |name: &str| said.get(name).map(str::to_owned);
    let unreadable = |what: String| Problem::new(code::BODY_UNREADABLE, what);
    let outcome = said.get("outcome").and_then(Outcome::of);
    let slower = said.get("slower_ms").map(|it| {
        it.parse().map_err(|_| unreadable(format!("`{it}` is no number of milliseconds")))
    });
    let cursor = said.get("cursor").map(|it| it.parse().map_err(unreadable));
    let mut wanted = CallQuery {
        package: text("package"),
        version: text("version"),
        action: said.get("action").map(ext_definition::naming::snake),
        consumer: text("consumer"),
        surface: text("surface"),
        outcome,
        slower_ms: slower.transpose()?,
        text: text("text"),
        cursor: cursor.transpose()?,
        limit: Some(PAGE),
        ..CallQuery::default()
    };
    api::visible(&visitor.asker, &mut wanted)?;
    let page = platform.store().calls(&wanted).await?;
    let package = wanted.package.unwrap_or_default();
    let fields = FIELDS.map(|(name, label)| (name, label, text(name).unwrap_or_default()));
    let address = |outcome: &str, cursor: &str| {
        let fields = fields.iter().map(|(name, _, value)| (*name, &**value));
        let given = [("package", &*package), ("outcome", outcome), ("cursor", cursor)];
        let given: Vec<String> = (given.into_iter().chain(fields))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", words::encoded(value)))
            .collect();
        format!("/calls?{}", given.join("&"))
    };
    let word = outcome.map_or("", Outcome::word);
    let mut outcomes = vec![(address("", ""), "all", outcome.is_none())];
    outcomes
        .extend(Outcome::ALL.map(|it| (address(it.word(), ""), it.word(), outcome == Some(it))));
    let packages = platform.deployments().all().into_iter();
    let packages = packages.filter(|(name, _)| visitor.sees_calls(Some(name.namespace())));
    let mut packages: Vec<String> = packages.map(|(name, _)| name.to_string()).collect();
    // Calls are remembered longer than what was called may be deployed.
    if !package.is_empty() && !packages.contains(&package) {
        packages.push(package.clone());
    }
    Ok(show(&List {
        head: visitor.head("calls", "Calls"),
        older: page.older.map(|it| address(word, &it.to_string())),
        is_older: wanted.cursor.is_some(),
        newest: address(word, ""),
        packages,
        outcome: word,
        calls: page.calls,
        outcomes,
        fields: fields.into(),
        package,
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
        found = platform.store().calls(&wanted).await?.calls.pop();
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
