//! Calls of actions.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ext_definition::code;
use ext_definition::model::Type;
use ext_registry::PackageName;
use serde_json::Value;

use super::arguments;
use super::asker::Asked;
use super::{Asker, RequestId, Shared};
use crate::auth::Verb;
use crate::invoke::Invocation;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::trace::TraceContext;

/// The media type of bytes.
const OCTETS: &str = "application/octet-stream";

/// How long the result of a function may be used again, in seconds, where no version is
/// pinned: another version may become active meanwhile.
const FRESH: u32 = 60;

/// `POST`, and for functions `GET`, on `/v1/NAMESPACE/NAME[@VERSION]/ACTION`.
pub async fn call(
    State(platform): Shared,
    Path(names): Path<[String; 3]>,
    id: RequestId,
    asker: Asker,
    request: Request,
) -> Response {
    answer(&platform, names, Asked { id, asker }, request).await
}

/// The answer to the call of an action, which the address names.
pub async fn answer(
    platform: &Arc<Platform>,
    names: [String; 3],
    asked: Asked,
    request: Request,
) -> Response {
    called(platform, names, asked, request).await.unwrap_or_else(|problem| {
        let allow = (problem.code() == code::METHOD).then(|| HeaderValue::from_static("POST"));
        let mut response = problem.into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    })
}

async fn called(
    platform: &Arc<Platform>,
    [namespace, name, action]: [String; 3],
    Asked { id, asker }: Asked,
    request: Request,
) -> Result<Response, Problem> {
    let consumer = asker.may(Verb::Invoke, Some(&namespace))?.name.clone();
    let (running, pinned) = find(platform, &namespace, &name)?;
    let found = running.extension.action(&action);
    let is_function = found.is_some_and(|it| it.options.function);
    let by_get = matches!(*request.method(), Method::GET | Method::HEAD);
    if *request.method() != Method::POST && !(by_get && is_function) {
        let message = "an action is called by POST, and by GET if it is a function";
        return Err(Problem::new(code::METHOD, message));
    }
    let as_bytes = wants_bytes(request.headers());
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    let parent = TraceContext::of(request.headers());
    let most = body_limit(platform, &running);
    let arguments = match by_get {
        true => arguments::of_query(&running, found, request.uri().query().unwrap_or_default())?,
        false => arguments::of_body(found.map(|it| (&*running, it)), request, most).await?,
    };
    let is_binary = found.and_then(|it| it.result.as_ref()).is_some_and(Type::is_binary);
    let gives_nothing = found.is_some_and(|it| matches!(it.result, None | Some(Type::Unit)));
    let invocation = Invocation {
        id: id.as_str().to_owned(),
        consumer,
        surface: "http",
        action,
        arguments,
        parent,
    };
    let called = platform.invoke(running, invocation).await;
    let result = called.result?;
    Ok(match (gives_nothing, by_get) {
        (true, _) => StatusCode::NO_CONTENT.into_response(),
        (false, false) if is_binary && as_bytes => bytes(&result),
        (false, false) => json(&result),
        (false, true) => cached(&result, pinned, if_none_match.as_ref()),
    })
}

/// The version that an address means, and whether it names one that is always the same.
pub fn find(
    platform: &Platform,
    namespace: &str,
    name: &str,
) -> Result<(Arc<Running>, bool), Problem> {
    let (name, version) = match name.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (name, None),
    };
    let name = PackageName::new(namespace, name)
        .map_err(|error| Problem::new(code::NOT_DEPLOYED, error.message()))?;
    let running = platform.deployments().find(&name, version)?;
    // `1.2.0` means whatever is compatible with it, `=1.2.0` that one.
    let pinned = version.and_then(|it| it.strip_prefix('=')) == Some(running.version.as_str());
    Ok((running, pinned))
}

/// How large the body of a call may be, in bytes: as the deployment says, and at most as the
/// server does.
pub fn body_limit(platform: &Platform, running: &Running) -> usize {
    platform.body_limit(&running.deployment.settings)
}

fn json(result: &Value) -> Response {
    // What serde_json made it can write.
    let body = serde_json::to_vec(result).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    // Room for those that every answer gets as well.
    headers.reserve(super::HEADERS + 1);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Whether the asker takes bytes rather than JSON: it names them first (RFC 9110, section 12.5.1;
/// weights are not looked at).
fn wants_bytes(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case(OCTETS)
}

/// A binary result as it is, instead of base64 in JSON.
fn bytes(result: &Value) -> Response {
    match result.as_str().and_then(|it| STANDARD.decode(it).ok()) {
        Some(bytes) => ([(header::CONTENT_TYPE, OCTETS)], Body::from(bytes)).into_response(),
        None => json(result),
    }
}

/// An answer that may be used again (RFC 9111).
fn cached(result: &Value, pinned: bool, known: Option<&HeaderValue>) -> Response {
    let body = serde_json::to_vec(result).unwrap_or_default();
    let tag = format!("\"{}\"", &ext_registry::Digest::of(&body).hex()[..32]);
    // Tokens differ in what they may see.
    let control = match pinned {
        true => "private, max-age=31536000, immutable".to_owned(),
        false => format!("private, max-age={FRESH}"),
    };
    let headers = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, control)];
    let same = |known: &HeaderValue| {
        let known = known.to_str().unwrap_or_default();
        known.split(',').any(|it| it.trim().trim_start_matches("W/") == tag || it.trim() == "*")
    };
    let vary = [(header::VARY, "authorization, cookie")];
    match known.is_some_and(same) {
        true => (StatusCode::NOT_MODIFIED, headers, vary).into_response(),
        false => {
            let content = [(header::CONTENT_TYPE, "application/json")];
            (headers, vary, content, Body::from(body)).into_response()
        }
    }
}
