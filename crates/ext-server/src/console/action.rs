//! Calling an action by a form.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ext_definition::model::{Action, Type};
use ext_definition::{code, doc};
use serde_json::Value;

use super::form::{self, Input};
use super::page::{Head, Result, Said, Visitor, show};
use super::words;
use crate::auth::Verb;
use crate::http::actions::{body_limit, find};
use crate::http::{RequestId, Shared, body};
use crate::invoke::{Called, Invocation};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::room::Taken;
use crate::running::Running;
use crate::store::Surface;

/// Longest result that is shown, in characters.
const SHOWN: usize = 200_000;

#[derive(Template)]
#[template(path = "action.html")]
struct Page<'a> {
    head: Head,
    running: &'a Running,
    /// `namespace/name`, or with the version that the address has.
    address: String,
    title: String,
    action: &'a Action,
    description: String,
    inputs: Vec<Input>,
    /// Whether a file is asked for.
    files: bool,
    outcome: Option<Outcome>,
}

/// What came of a call.
struct Outcome {
    id: String,
    /// Whether the action was called at all.
    called: bool,
    took: u64,
    log: Arc<str>,
    /// What it gave; empty for nothing.
    result: String,
    /// Binary data, as an address.
    download: Option<String>,
    problem: Option<Problem>,
    /// Of the action's own error.
    error: String,
    /// Violations that belong to no input.
    others: Vec<String>,
}

/// `GET /extensions/NAMESPACE/NAME[@VERSION]/actions/ACTION`.
pub async fn page(
    State(platform): Shared,
    Path((namespace, name, action)): Path<(String, String, String)>,
    visitor: Visitor,
) -> Result {
    visitor.caller.check(Verb::Invoke, Some(&namespace))?;
    let (running, _) = find(&platform, &namespace, &name)?;
    let action = running.action(&action)?;
    let inputs = form::inputs(running.extension.definition(), action, None);
    let address = format!("{namespace}/{name}");
    Ok(show(&render(&visitor, &running, address, action, inputs, None)))
}

/// `POST /extensions/NAMESPACE/NAME[@VERSION]/actions/ACTION`.
pub async fn run(
    State(platform): Shared,
    Path((namespace, name, action)): Path<(String, String, String)>,
    id: RequestId,
    visitor: Visitor,
    request: Request,
) -> Result {
    visitor.caller.check(Verb::Invoke, Some(&namespace))?;
    let (running, _) = find(&platform, &namespace, &name)?;
    let (action, known) = running.called(&action)?;
    let (said, taken) = said(&platform, request, body_limit(&platform, &running)).await?;
    let definition = running.extension.definition();
    let mut inputs = form::inputs(definition, action, Some(&said));
    let mut outcome = match form::arguments(definition, action, &said, &mut inputs) {
        Some(arguments) => {
            let invocation = Invocation {
                id: id.text(),
                consumer: visitor.caller.name.clone(),
                surface: Surface::Console,
                action: known.clone(),
                arguments,
                taken: Some(taken),
                parent: None,
            };
            let form = Shown::of(action);
            let called = platform
                .invoke(running.clone(), invocation, move |it| Ok(form.show(it.to_value())));
            Outcome::of(id.as_str(), called.await)
        }
        None => Outcome::unread(id.as_str()),
    };
    // Who may call need not see what calls tell their operators.
    if !visitor.sees_calls(Some(&namespace)) {
        outcome.log = Arc::default();
    }
    if let Some(violations) = outcome.problem.as_ref().and_then(|it| it.member("violations")) {
        outcome.others = form::blame(&mut inputs, violations);
    }
    let status = outcome.problem.as_ref().map_or(StatusCode::OK, Problem::status);
    let address = format!("{namespace}/{name}");
    let page = render(&visitor, &running, address, action, inputs, Some(outcome));
    Ok((status, show(&page)).into_response())
}

fn render<'a>(
    visitor: &Visitor,
    running: &'a Running,
    address: String,
    action: &'a Action,
    inputs: Vec<Input>,
    outcome: Option<Outcome>,
) -> Page<'a> {
    let title = words::title(&running.extension.definition().package);
    Page {
        head: visitor.head("overview", format!("{} · {title}", action.name)),
        running,
        address,
        title,
        action,
        description: doc::description(&action.description),
        files: inputs.iter().any(|it| it.control == form::Control::File),
        inputs,
        outcome,
    }
}

/// What the form says, files as base64.
async fn said(platform: &Platform, request: Request, most: usize) -> Result<(Said, Taken)> {
    let multipart = body::media_type(request.headers()).eq_ignore_ascii_case("multipart/form-data");
    let mut taken = platform.room.enter();
    let (parts, body) = body::whole(request, most, Some(&mut taken)).await?;
    if !multipart {
        return Ok((Said::of(&body), taken));
    }
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Problem::new(code::BODY_UNREADABLE, error.body_text())
    };
    let mut pairs = Vec::new();
    let mut form = Multipart::from_request(Request::from_parts(parts, body.into()), &())
        .await
        .map_err(|error| Problem::new(code::BODY_UNREADABLE, error.body_text()))?;
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().map(|it| !it.is_empty());
        let bytes = part.bytes().await.map_err(unreadable)?;
        match is_file {
            Some(true) => pairs.push((name, STANDARD.encode(&bytes))),
            // No file was chosen.
            Some(false) => {}
            None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok((Said::from(pairs), taken))
}

/// How the result of an action is shown.
#[derive(Clone, Copy)]
enum Shown {
    Nothing,
    Text,
    Download,
}

impl Shown {
    fn of(action: &Action) -> Self {
        match &action.result {
            None | Some(Type::Unit) => Self::Nothing,
            Some(ty) if ty.is_binary() => Self::Download,
            Some(_) => Self::Text,
        }
    }

    /// What is shown, and whether as an address.
    fn show(self, result: Value) -> (String, bool) {
        match (self, result) {
            (Self::Nothing, _) => (String::new(), false),
            (Self::Download, Value::String(base64)) => {
                (format!("data:application/octet-stream;base64,{base64}"), true)
            }
            (_, result) => (pretty(&result), false),
        }
    }
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …\n[{} bytes in all]", &text[..end], text.len()),
        None => text,
    }
}

impl Outcome {
    fn of(id: &str, called: Called<(String, bool)>) -> Self {
        let mut outcome = Self {
            called: true,
            took: u64::try_from(called.took.as_micros()).unwrap_or(u64::MAX),
            log: called.log,
            ..Self::unread(id)
        };
        match called.result {
            Ok((shown, is_address)) => {
                outcome.problem = None;
                match is_address {
                    true => outcome.download = Some(shown),
                    false => outcome.result = shown,
                }
            }
            Err(problem) => {
                outcome.error = problem.member("error").map(pretty).unwrap_or_default();
                outcome.problem = Some(problem);
            }
        }
        outcome
    }

    /// Of a form that was not read.
    fn unread(id: &str) -> Self {
        let problem = Problem::new(code::ARGUMENTS, "what is written in the form cannot be read");
        Self {
            id: id.to_owned(),
            called: false,
            took: 0,
            log: Arc::default(),
            result: String::new(),
            download: None,
            problem: Some(problem),
            error: String::new(),
            others: Vec::new(),
        }
    }
}
