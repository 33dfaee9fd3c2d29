//! Who did what when.

use askama::Template;
use axum::extract::{RawQuery, State};

use super::page::{Head, Result, Said, Visitor, show};
use super::words;
use crate::auth::Reading;
use crate::http::Shared;
use crate::store::Event;

/// Events on the page.
const SHOWN: u32 = 200;

#[derive(Template)]
#[template(path = "events.html")]
struct Page {
    head: Head,
    events: Vec<Event>,
    package: String,
}

/// `GET /events`.
pub async fn page(State(platform): Shared, RawQuery(query): RawQuery, visitor: Visitor) -> Result {
    let said = Said::of(query.unwrap_or_default().as_bytes());
    let package = said.get("package");
    let namespace = package.and_then(|it| it.split(':').next());
    visitor.caller.check_reading(Reading::Operation, namespace)?;
    let events = platform.store().events(package, SHOWN).await?;
    let package = package.unwrap_or_default().to_owned();
    Ok(show(&Page { head: visitor.head("events", "Events"), events, package }))
}
