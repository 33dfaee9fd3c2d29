//! Bodies of requests, read within limits of size and time.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use ext_definition::code;
use serde_json::json;

use crate::problem::{Problem, raised_by};
use crate::room::Taken;
use crate::stream::next;

/// The time in which a body has to arrive, besides that for its announced bytes.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The slowest that a large body may arrive, in bytes a second.
const MIN_BODY_RATE: usize = 256 << 10;

/// Bytes of a body that takes no room: as many as come with nearly all calls.
const FREE: usize = 4 << 10;

/// The media type of a body, without parameters; empty: the request does not say.
pub fn media_type(headers: &HeaderMap) -> &str {
    let said = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    said.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// Why a body of such a media type is not read.
pub fn not_read(media_type: &str) -> Problem {
    let message = match media_type {
        "" => "the request does not say of which media type its body is".to_owned(),
        other => format!("a body of `{}` is not read", other.to_ascii_lowercase()),
    };
    Problem::new(code::MEDIA_TYPE, message)
}

/// A request with the whole of its body, of `most` bytes, which takes its room where it may be
/// large.
///
/// # Errors
/// When it is larger, there is no room for it, or it does not come.
pub async fn whole(
    request: Request,
    most: usize,
    taken: Option<&mut Taken>,
) -> Result<(Parts, Bytes), Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|it| it.to_str().ok()?.parse::<usize>().ok()).unwrap_or_default();
    if length > most {
        return Err(too_large(most));
    }
    let timeout = BODY_TIMEOUT + Duration::from_secs((length / MIN_BODY_RATE) as u64);
    let (parts, body) = request.into_parts();
    let mut body = std::pin::pin!(all(body, most, taken));
    // A small one is there with its headers, before there is a timer.
    let there = poll_fn(|context| Poll::Ready(body.as_mut().poll(context))).await;
    let body = match there {
        Poll::Ready(body) => Ok(body),
        Poll::Pending => tokio::time::timeout(timeout, body).await,
    };
    let late = |_| {
        let message = "the body took too long to come";
        Problem::new(code::BODY_UNREADABLE, message).of_status(StatusCode::REQUEST_TIMEOUT)
    };
    let body = body.map_err(late)??;
    Ok((parts, body))
}

/// All bytes of a body, of which there may be so many.
async fn all(body: Body, most: usize, mut taken: Option<&mut Taken>) -> Result<Bytes, Problem> {
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
        // What comes, not what is announced: announcing takes nobody's room.
        let is_free = first.len().max(all.len()) + part.len() <= FREE;
        if !is_free && taken.as_mut().is_some_and(|it| !it.more(part.len())) {
            return Err(no_room());
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

/// Refuses a body of more than `most` bytes.
pub fn too_large(most: usize) -> Problem {
    let message = format!("the body is larger than {most} bytes{}", raised_by("body-bytes"));
    Problem::new(code::BODY_TOO_LARGE, message)
        .with("limit", json!({ "kind": "body", "allowed": most }))
}

/// Takes the room for what a body becomes when it is read.
///
/// # Errors
/// When there is none.
pub fn take_values(taken: &mut Taken, body: &[u8]) -> Result<(), Problem> {
    match body.len() <= FREE || taken.more(size_as_values(body)) {
        true => Ok(()),
        false => Err(no_room()),
    }
}

/// Takes the room for a body of bytes, which becomes base64 and bytes again.
///
/// # Errors
/// When there is none.
pub fn take_base64(taken: &mut Taken, body: &[u8]) -> Result<(), Problem> {
    match body.len() <= FREE || taken.more(body.len().saturating_mul(3)) {
        true => Ok(()),
        false => Err(no_room()),
    }
}

/// Bytes that a text in JSON takes as values, at most about: a node of the tree for each object
/// that is not empty, room for ten entries in it; growing lists have up to twice their room.
fn size_as_values(text: &[u8]) -> usize {
    let of = |byte: &u8| match byte {
        b'{' => 640,
        b'[' | b',' => 64,
        b':' => 100,
        _ => 1,
    };
    text.iter().map(of).sum()
}

fn no_room() -> Problem {
    let message =
        "request memory is exhausted; help: retry later, or raise `requests-bytes` in server.toml";
    Problem::new(code::SERVER_FULL, message).retry_after(1)
}
