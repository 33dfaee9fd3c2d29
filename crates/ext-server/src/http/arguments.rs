//! Arguments of a call, as requests carry them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ext_definition::code;
use ext_definition::model::{Action, Field, Kind, Type};
use serde_json::{Map, Value};

use super::body;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::room::Taken;
use crate::running::Running;

/// Bytes of a body that are read in less than a millisecond.
const SMALL: usize = 128 << 10;

/// Arguments in the body of a request, of `most` bytes, and what they take.
pub async fn of_body(
    platform: &Platform,
    called: (&Arc<Running>, &Action),
    request: Request,
    most: usize,
) -> Result<(Value, Taken), Problem> {
    let mut taken = platform.room.enter();
    let (parts, body) = body::whole(request, most, Some(&mut taken)).await?;
    if body.is_empty() {
        // An action without parameters needs no body.
        return Ok((Value::Object(Map::new()), taken));
    }
    if let Some(coding) = parts.headers.get(header::CONTENT_ENCODING)
        && !coding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
        let message = format!("a body with the content coding `{coding}` is not read");
        return Err(Problem::new(code::MEDIA_TYPE, message));
    }
    let media_type = body::media_type(&parts.headers);
    if media_type.eq_ignore_ascii_case("application/json") {
        body::take_values(&mut taken, &body)?;
        let read = move || {
            serde_json::from_slice(&body).map_err(|error| {
                Problem::new(code::BODY_UNREADABLE, format!("the body is no JSON: {error}"))
            })
        };
        let arguments = match taken.bytes() > SMALL {
            false => read()?,
            true => platform.workers.aside(read).await.ok_or_else(lost)??,
        };
        return Ok((arguments, taken));
    }
    if media_type.eq_ignore_ascii_case("multipart/form-data") {
        // At most about once more: as base64, or whatever its parts of JSON are.
        body::take_values(&mut taken, &body)?;
        let is_small = body.len() <= SMALL;
        let mut request = Request::from_parts(parts, Body::from(body));
        // It is within our own limits, which may be larger.
        DefaultBodyLimit::disable().apply(&mut request);
        let (running, action) = (called.0.clone(), called.1.clone());
        // Seldom, and large as a future.
        let read = Box::pin(async move { of_parts(&running, &action, request).await });
        let arguments = match is_small {
            true => read.await?,
            false => {
                let runtime = tokio::runtime::Handle::current();
                // All of it is there: nothing is waited for.
                let read = move || runtime.block_on(read);
                platform.workers.aside(read).await.ok_or_else(lost)??
            }
        };
        return Ok((arguments, taken));
    }
    if media_type.eq_ignore_ascii_case("application/octet-stream")
        && let Some(parameter) = only_binary(called.1)
    {
        body::take_base64(&mut taken, &body)?;
        let name = parameter.json_name().to_owned();
        let query = parts.uri.query().unwrap_or_default();
        let mut arguments = of_query(called.0, called.1, query)?;
        let is_small = body.len() <= SMALL;
        let encode = move || Value::String(STANDARD.encode(&body));
        let value = match is_small {
            true => encode(),
            false => platform.workers.aside(encode).await.ok_or_else(lost)?,
        };
        if let Value::Object(arguments) = &mut arguments
            && arguments.insert(name.clone(), value).is_some()
        {
            let message = format!("`{name}` is there twice, in the query and as the body");
            return Err(Problem::new(code::BODY_UNREADABLE, message));
        }
        return Ok((arguments, taken));
    }
    Err(body::not_read(media_type))
}

/// The parameter that a body of bytes is for, if there is one alone.
fn only_binary(action: &Action) -> Option<&Field> {
    let mut binary = action.parameters.iter().filter(|it| it.ty.required().is_binary());
    binary.next().filter(|_| binary.next().is_none())
}

fn lost() -> Problem {
    Problem::new(code::SERVER_FULL, "the request was lost").retry_after(1)
}

/// One part for each argument: JSON if it says so, bytes where the action takes bytes, else
/// as in a query.
async fn of_parts(running: &Running, action: &Action, request: Request) -> Result<Value, Problem> {
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
        let parameter = parameter(action, &name);
        let value = if json {
            serde_json::from_slice(&bytes)
                .map_err(|error| unreadable(format!("the part `{name}` is no JSON: {error}")))?
        } else if parameter.is_some_and(|it| it.ty.required().is_binary()) {
            Value::String(STANDARD.encode(&bytes))
        } else {
            let text = String::from_utf8(bytes.to_vec())
                .map_err(|_| unreadable(format!("the part `{name}` is no text in UTF-8")))?;
            match parameter {
                Some(parameter) => value(running, &parameter.ty, text),
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
pub fn of_query(running: &Running, action: &Action, query: &str) -> Result<Value, Problem> {
    let unreadable = |message: String| Problem::new(code::BODY_UNREADABLE, message);
    let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(
        &format!("/?{query}").parse().map_err(|_| unreadable("the query is none".into()))?,
    )
    .map(|axum::extract::Query(pairs)| pairs)
    .map_err(|error| unreadable(error.body_text()))?;
    if let [(name, text)] = &pairs[..]
        && name == "arguments"
        && parameter(action, name).is_none()
    {
        return serde_json::from_str(text)
            .map_err(|error| unreadable(format!("`arguments` is no JSON: {error}")));
    }
    let mut arguments = Map::new();
    for (name, text) in pairs {
        let value = match parameter(action, &name) {
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
