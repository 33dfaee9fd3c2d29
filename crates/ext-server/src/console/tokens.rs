//! Tokens: who has one, and new ones.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use ext_definition::code;
use jiff::{SignedDuration, Timestamp};

use super::page::{Head, Result, Said, Visitor, show};
use super::words;
use crate::auth::{Scope, Verb};
use crate::http::Shared;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::store::Token;

#[derive(Template)]
#[template(path = "tokens.html")]
struct Page {
    head: Head,
    tokens: Vec<(Token, &'static str)>,
    /// A new one, shown this once.
    new: Option<(Token, String)>,
    problem: Option<String>,
    /// What the form had, if it has to be filled in again.
    name: String,
}

/// `GET /tokens`.
pub async fn page(State(platform): Shared, visitor: Visitor) -> Result {
    list(&platform, &visitor, None, None, String::new()).await
}

async fn list(
    platform: &Platform,
    visitor: &Visitor,
    new: Option<(Token, String)>,
    problem: Option<String>,
    name: String,
) -> Result<Response> {
    visitor.caller.check(Verb::Operate, None)?;
    let now = Timestamp::now();
    let state = |it: &Token| match (it.revoked, it.expires) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "expired",
        _ => "valid",
    };
    let mut tokens = platform.store().tokens().await?;
    // Those that are of use first, the latest of them first.
    tokens.sort_by_key(|it| (state(it) != "valid", std::cmp::Reverse(it.created)));
    let stated = |it: Token| {
        let state = state(&it);
        (it, state)
    };
    let tokens = tokens.into_iter().map(stated).collect();
    let head = visitor.head("tokens", "Tokens");
    Ok(show(&Page { head, tokens, new, problem, name }))
}

/// `POST /tokens`: the answer has the token; nothing else ever does.
pub async fn add(State(platform): Shared, visitor: Visitor, request: Request) -> Result {
    visitor.caller.check(Verb::Operate, None)?;
    let said = Said::of_body(request).await?;
    let name = said.get("name").unwrap_or_default().to_owned();
    match wanted(&said) {
        Ok((scopes, expires)) => {
            match platform.add_token(&visitor.caller, &name, &scopes, expires).await {
                Ok(new) => list(&platform, &visitor, Some(new), None, String::new()).await,
                Err(problem) if problem.code() == code::BODY_UNREADABLE => {
                    again(&platform, &visitor, problem.detail().to_owned(), name).await
                }
                Err(problem) => Err(problem.into()),
            }
        }
        Err(message) => again(&platform, &visitor, message, name).await,
    }
}

/// The form once more, with what was wrong.
async fn again(platform: &Platform, visitor: &Visitor, message: String, name: String) -> Result {
    let page = list(platform, visitor, None, Some(message), name).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// The scopes and the end that a form asks for.
fn wanted(said: &Said) -> std::result::Result<(Vec<Scope>, Option<Timestamp>), String> {
    let namespace = said.get("namespace");
    let scopes: Vec<Scope> = said
        .all("scope")
        .map(|verb| match namespace {
            Some(namespace) => format!("{verb}:{namespace}").parse(),
            None => verb.parse(),
        })
        .collect::<std::result::Result<_, String>>()?;
    if scopes.is_empty() {
        return Err("A token is for something: choose at least one scope.".into());
    }
    let days = said.get("days").map(str::parse::<i64>).transpose().map_err(|it| it.to_string())?;
    let end = days.map(|it| {
        let hours = SignedDuration::from_hours(it.clamp(1, 3660) * 24);
        Timestamp::now().checked_add(hours).map_err(|error| error.to_string())
    });
    Ok((scopes, end.transpose()?))
}

/// `POST /tokens/ID/revoke`.
pub async fn revoke(State(platform): Shared, Path(id): Path<String>, visitor: Visitor) -> Result {
    visitor.caller.check(Verb::Operate, None)?;
    match platform.revoke_token(&visitor.caller, &id).await? {
        true => Ok(Redirect::to("/tokens?done=revoked").into_response()),
        false => {
            Err(Problem::new(code::NO_PAGE, format!("no valid token has the id `{id}`")).into())
        }
    }
}
