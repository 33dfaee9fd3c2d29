//! Arguments of a call, as requests carry them.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ext_definition::code;
use ext_definition::model::{Action, Field, Kind, Type};
use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::running::Running;
use crate::stream::next;

/// Longest that the body of a request may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who has not sent anything for so long waits for the answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Bytes of a body that are read in less than a millisecond.
const SMALL: usize = 128 << 10;

/// Most bytes of a body that is too large which are read all the same.
const SKIPPED: usize = 64 << 20;

/// Arguments in the body of a request, of `most` bytes.
pub async fn of_body(
    called: Option<(&Running, &Action)>,
    request: Request,
    most: usize,
) -> Result<Value, Problem> {
    let (parts, body) = whole(request, most).await?;
    if body.is_empty() {
        // An action without parameters needs no body.
        return Ok(Value::Object(Map::new()));
    }
    let media_type = parts.headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return json(body).await.map_err(|error| {
            Problem::new(code::BODY_UNREADABLE, format!("the body is no JSON: {error}"))
        });
    }
    if essence.eq_ignore_ascii_case("multipart/form-data") {
        let mut request = Request::from_parts(parts, Body::from(body));
        // It is within our own limits, which may be larger.
        DefaultBodyLimit::disable().apply(&mut request);
        // Seldom, and large as a future.
        return Box::pin(of_parts(called, request)).await;
    }
    let message = match essence {
        "" => "the request does not say of which media type its body is".to_owned(),
        other => format!("a body of `{}` is not read", other.to_ascii_lowercase()),
    };
    Err(Problem::new(code::MEDIA_TYPE, message))
}

/// A value; what takes long to read is read where it holds up nobody.
async fn json(body: Bytes) -> Result<Value, String> {
    let is_small = body.len() <= SMALL;
    let read = move || serde_json::from_slice(&body).map_err(|error| error.to_string());
    match is_small {
        true => read(),
        false => tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?,
    }
}

/// A request with the whole of its body, of `most` bytes.
pub async fn whole(request: Request, most: usize) -> Result<(Parts, Bytes), Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    if length.and_then(|it| it.to_str().ok()?.parse::<usize>().ok()).is_some_and(|it| it > most) {
        // Whoever still sends would see the connection break, and not the answer; who asked
        // before he sends is told now.
        if !request.headers().contains_key(header::EXPECT) {
            let _ = tokio::time::timeout(PATIENCE, skip(request.into_body())).await;
        }
        return Err(too_large(most));
    }
    let (parts, body) = request.into_parts();
    let late = |_| Problem::new(code::BODY_UNREADABLE, "the body took too long to come");
    let body = tokio::time::timeout(PATIENCE, all(body, most)).await.map_err(late)??;
    Ok((parts, body))
}

/// All bytes of a body, of which there may be so many.
async fn all(body: Body, most: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    // Small ones come in one part, which is not copied.
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(part) = next(&mut stream).await {
        let part = part.map_err(|error| {
            Problem::new(code::BODY_UNREADABLE, format!("the body broke off: {error}"))
        })?;
        if part.len() > most - first.len().max(all.len()) {
            return Err(too_large(most));
        }
        if first.is_empty() {
            first = part;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&part);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// Reads what comes without a pause, up to a limit, and keeps nothing of it.
async fn skip(body: Body) {
    let (mut stream, mut left) = (body.into_data_stream(), SKIPPED);
    while let Ok(Some(Ok(bytes))) = tokio::time::timeout(PAUSE, next(&mut stream)).await {
        match left.checked_sub(bytes.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_large(most: usize) -> Problem {
    Problem::new(code::BODY_TOO_LARGE, format!("the body is larger than {most} bytes"))
}

/// One part for each argument: JSON if it says so, bytes where the action takes bytes, else
/// as in a query.
async fn of_parts(called: Option<(&Running, &Action)>, request: Request) -> Result<Value, Problem> {
    let unreadable = |message: String| Problem::new(code::BODY_UNREADABLE, message);
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|error| unreadable(error.body_text()))?;
    let mut arguments = Map::new();
    while let Some(part) =
        parts.next_field().await.map_err(|error| unreadable(error.body_text()))?
    {
        let Some(name) = part.name().map(str::to_owned) else {
            return Err(unreadable("a part has no name".into()));
        };
        let json = part.content_type().is_some_and(|it| it.starts_with("application/json"));
        let bytes = part.bytes().await.map_err(|error| unreadable(error.body_text()))?;
        let parameter =
            called.and_then(|(running, action)| Some((running, parameter(action, &name)?)));
        let value = if json {
            serde_json::from_slice(&bytes)
                .map_err(|error| unreadable(format!("the part `{name}` is no JSON: {error}")))?
        } else if parameter.is_some_and(|(_, it)| it.ty.required().is_binary()) {
            Value::String(STANDARD.encode(&bytes))
        } else {
            let text = String::from_utf8(bytes.to_vec())
                .map_err(|_| unreadable(format!("the part `{name}` is no text in UTF-8")))?;
            match parameter {
                Some((running, parameter)) => value(running, &parameter.ty, text),
                None => Value::String(text),
            }
        };
        if arguments.insert(name.clone(), value).is_some() {
            return Err(unreadable(format!("there are two parts `{name}`")));
        }
    }
    Ok(arguments.into())
}

/// Arguments in a query: `arguments=` with the whole object, or each by its name.
pub fn of_query(running: &Running, action: Option<&Action>, query: &str) -> Result<Value, Problem> {
    let unreadable = |message: String| Problem::new(code::BODY_UNREADABLE, message);
    let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(
        &format!("/?{query}").parse().map_err(|_| unreadable("the query is none".into()))?,
    )
    .map(|axum::extract::Query(pairs)| pairs)
    .map_err(|error| unreadable(error.body_text()))?;
    let takes = |name: &str| action.is_some_and(|it| parameter(it, name).is_some());
    if let [(name, text)] = &pairs[..]
        && name == "arguments"
        && !takes(name)
    {
        return serde_json::from_str(text)
            .map_err(|error| unreadable(format!("`arguments` is no JSON: {error}")));
    }
    let mut arguments = Map::new();
    for (name, text) in pairs {
        let parameter = action.and_then(|it| parameter(it, &name));
        let value = match parameter {
            Some(parameter) => value(running, &parameter.ty, text),
            None => Value::String(text),
        };
        if arguments.insert(name.clone(), value).is_some() {
            return Err(unreadable(format!("`{name}` is there twice")));
        }
    }
    Ok(arguments.into())
}

/// A value written as text: JSON where the type is not text in JSON itself.
fn value(running: &Running, ty: &Type, text: String) -> Value {
    let structured = match ty.required() {
        Type::Named(name) => {
            let types = &running.extension.definition().types;
            let kind = types.iter().find(|it| it.name == *name).map(|it| &it.kind);
            match kind {
                // A case without data is its name.
                Some(Kind::Enum { .. }) => false,
                Some(Kind::Variant { .. }) => text.starts_with(['{', '"']),
                _ => true,
            }
        }
        Type::Json | Type::Bool | Type::F32 | Type::F64 => true,
        other if other.is_binary() => false,
        Type::List(_) | Type::Array(_) | Type::Map(_) | Type::Tuple(_) | Type::Result(_) => true,
        Type::Option(_) | Type::Unit => true,
        Type::S8 | Type::S16 | Type::S32 | Type::S64 => true,
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => true,
        _ => false,
    };
    match structured {
        true => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        false => Value::String(text),
    }
}

fn parameter<'a>(action: &'a Action, name: &str) -> Option<&'a Field> {
    action.parameters.iter().find(|it| it.json_name() == name || it.name == name)
}
