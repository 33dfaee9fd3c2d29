//! Calls of actions.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ext_definition::code;
use ext_definition::model::{Action, Type};
use ext_definition::package::Permissions;
use ext_host::Returned;
use ext_registry::PackageName;

use super::arguments;
use super::asker::Asked;
use super::{Asker, RequestId, Shared, held};
use crate::auth::Verb;
use crate::gate::Permit;
use crate::invoke::Invocation;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::room::{Room, Taken};
use crate::running::Running;
use crate::store::Surface;
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
    let names = names.each_ref().map(String::as_str);
    answer(&platform, names, Asked { id, asker }, request).await
}

/// The answer to the call of an action, which the address names.
pub async fn answer(
    platform: &Arc<Platform>,
    names: [&str; 3],
    asked: Asked,
    request: Request,
) -> Response {
    match called(platform, names, asked, request).await {
        Ok(response) => response,
        // The action's own error may be as large as a result.
        Err(problem) => held::accounted(&platform.room, problem.into_response()).await,
    }
}

async fn called(
    platform: &Arc<Platform>,
    [namespace, name, action]: [&str; 3],
    Asked { id, asker }: Asked,
    request: Request,
) -> Result<Response, Problem> {
    let consumer = asker.may(Verb::Invoke, Some(namespace))?.name.clone();
    let (running, pinned) = find(platform, namespace, name)?;
    let (described, action) = running.called(action)?;
    let by_get = matches!(*request.method(), Method::GET | Method::HEAD);
    if *request.method() != Method::POST && !(by_get && described.options.function) {
        return Ok(wrong_method(described));
    }
    let form = Form::of(described, by_get, request.headers());
    let fresh = by_get.then(|| freshness(&running, pinned));
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    let parent = TraceContext::of(request.headers());
    let (arguments, taken) = if by_get {
        let query = request.uri().query().unwrap_or_default();
        (arguments::of_query(&running, described, query)?, None)
    } else {
        let most = body_limit(platform, &running);
        let body = arguments::of_body(platform, (&running, described), request, most);
        let (arguments, taken) = body.await?;
        (arguments, Some(taken))
    };
    let invocation = Invocation {
        id: id.text(),
        consumer,
        surface: Surface::Http,
        action: action.clone(),
        arguments,
        taken,
        parent,
    };
    let room = platform.room.clone();
    let read = move |result: Returned<'_>| Written::new(form, result, &room);
    let called = platform.invoke(running, invocation, read).await;
    let mut response = match (called.result?, fresh) {
        (written, Some(fresh)) => written.cached(fresh, if_none_match.as_ref(), called.place),
        (written, None) => written.response(called.place),
    };
    if form.is_chosen {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    }
    Ok(response)
}

fn wrong_method(action: &Action) -> Response {
    let (allowed, message) = match action.options.function {
        true => ("GET, HEAD, POST", "a function is called by GET or POST"),
        false => ("POST", "an action is called by POST, and by GET if it is a function"),
    };
    let mut response = Problem::new(code::METHOD, message).into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
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
    let pinned = version.and_then(|it| it.strip_prefix('=')) == Some(&*running.version);
    Ok((running, pinned))
}

/// How large the body of a call may be, in bytes: as the deployment says, and at most as the
/// server does.
pub fn body_limit(platform: &Platform, running: &Running) -> usize {
    platform.body_limit(&running.deployment.settings)
}

/// How long the result of a function may be used again (RFC 9111). Tokens differ in what they
/// may see, so that it is nobody else's.
fn freshness(running: &Running, pinned: bool) -> String {
    let asks = &running.extension.definition().package.permissions;
    // What depends on nothing else is the same for ever: a published version never changes.
    match pinned && running.is_published() && *asks == Permissions::default() {
        true => "private, max-age=31536000, immutable".to_owned(),
        false => format!("private, max-age={FRESH}"),
    }
}

/// What a result is written as.
#[derive(Debug, Clone, Copy)]
struct Form {
    kind: Kind,
    /// Whether the request could choose it.
    is_chosen: bool,
    /// Whether it is told from others of the same address.
    is_tagged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Json,
    Bytes,
}

impl Form {
    fn of(action: &Action, is_tagged: bool, headers: &HeaderMap) -> Self {
        let is_chosen = action.result.as_ref().is_some_and(Type::is_binary);
        let kind = match &action.result {
            None | Some(Type::Unit) => Kind::Nothing,
            Some(_) if is_chosen && wants_bytes(headers) => Kind::Bytes,
            Some(_) => Kind::Json,
        };
        Self { kind, is_chosen, is_tagged }
    }
}

/// Whether the asker takes bytes rather than JSON: it names them first (RFC 9110, section 12.5.1;
/// weights are not looked at).
fn wants_bytes(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case(OCTETS)
}

/// A result as it is sent.
struct Written {
    kind: Kind,
    bytes: Vec<u8>,
    /// The room that it takes, if it is large.
    taken: Option<Taken>,
    /// What tells it from others, in quotes.
    tag: Option<String>,
}

impl Written {
    fn new(form: Form, result: Returned<'_>, room: &Arc<Room>) -> Result<Self, Problem> {
        let (kind, bytes) = match form.kind {
            Kind::Nothing => (Kind::Nothing, Vec::new()),
            Kind::Bytes => match result.into_bytes() {
                Ok(bytes) => (Kind::Bytes, bytes),
                Err(other) => (Kind::Json, other.to_json()),
            },
            Kind::Json => (Kind::Json, result.to_json()),
        };
        let tag = || format!("\"{}\"", &ext_registry::Digest::of(&bytes).hex()[..32]);
        let tag = form.is_tagged.then(tag);
        let taken = held::room_for(room, bytes.len())?;
        Ok(Self { kind, bytes, taken, tag })
    }

    /// An answer, which keeps its place until it is on its way, if it is large.
    fn response(self, place: Option<Permit>) -> Response {
        let media_type = match self.kind {
            Kind::Nothing => return StatusCode::NO_CONTENT.into_response(),
            Kind::Json => "application/json",
            Kind::Bytes => OCTETS,
        };
        let mut response = Response::new(held::body(self.bytes, self.taken, place));
        let headers = response.headers_mut();
        // Room for those that every answer gets as well.
        headers.reserve(super::HEADERS + 1);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    }

    /// An answer that may be used again (RFC 9111); or none, if the asker has it.
    fn cached(
        mut self,
        fresh: String,
        known: Option<&HeaderValue>,
        place: Option<Permit>,
    ) -> Response {
        let tag = self.tag.take().unwrap_or_default();
        let same = |known: &HeaderValue| {
            let known = known.to_str().unwrap_or_default();
            known.split(',').any(|it| it.trim().trim_start_matches("W/") == tag || it.trim() == "*")
        };
        let mut response = match known.is_some_and(same) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => self.response(place),
        };
        let headers = response.headers_mut();
        for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, fresh)] {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
        response
    }
}
