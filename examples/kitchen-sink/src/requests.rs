//! HTTP requests, to hosts that an extension asks for and was granted.

use ext_runtime::prelude::*;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme};
use wasip2::io::streams::StreamError;

/// What a server answered.
#[derive(ExtStructure)]
pub struct Answer {
    /// Such as 200.
    pub status: u16,
    /// Its first 64 KiB, as text.
    pub body: String,
}

/// Sends a request and waits for the answer.
#[ext_action]
pub fn requests(
    /// `http`, `https` or something else.
    scheme: String,
    /// A host, and a port perhaps.
    authority: String,
    /// Starts with `/`.
    path: String,
    /// `GET` if not given.
    method: Option<String>,
    /// Sent with the request.
    body: Option<String>,
    /// A `Host` header of its own.
    host: Option<String>,
) -> Result<Answer, String> {
    let said = |error: &dyn std::fmt::Debug| format!("{error:?}");
    let headers = Fields::new();
    if let Some(host) = host {
        headers.append("host", host.as_bytes()).map_err(|error| said(&error))?;
    }
    let scheme = match scheme.as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => Scheme::Other(scheme),
    };
    let method = match method.as_deref() {
        None => Method::Get,
        Some("POST") => Method::Post,
        Some("CONNECT") => Method::Connect,
        Some(other) => Method::Other(other.to_owned()),
    };
    let request = OutgoingRequest::new(headers);
    let refused = |what: &str| format!("no {what}");
    request.set_scheme(Some(&scheme)).map_err(|()| refused("scheme"))?;
    request.set_authority(Some(&authority)).map_err(|()| refused("authority"))?;
    request.set_path_with_query(Some(&path)).map_err(|()| refused("path"))?;
    request.set_method(&method).map_err(|()| refused("method"))?;
    let outgoing = request.body().map_err(|()| refused("body"))?;
    let coming = handle(request, None).map_err(|error| said(&error))?;
    if let Some(body) = body {
        let stream = outgoing.write().map_err(|()| refused("stream"))?;
        for chunk in body.as_bytes().chunks(4096) {
            stream.blocking_write_and_flush(chunk).map_err(|error| said(&error))?;
        }
    }
    OutgoingBody::finish(outgoing, None).map_err(|error| said(&error))?;
    coming.subscribe().block();
    let answer = match coming.get() {
        Some(Ok(answer)) => answer.map_err(|error| said(&error))?,
        _ => return Err("nothing came".into()),
    };
    let incoming = answer.consume().map_err(|()| refused("answer"))?;
    let stream = incoming.stream().map_err(|()| refused("stream"))?;
    let mut bytes = Vec::new();
    while bytes.len() < 64 << 10 {
        match stream.blocking_read(4096) {
            Ok(read) => bytes.extend(read),
            Err(StreamError::Closed) => break,
            Err(error) => return Err(said(&error)),
        }
    }
    Ok(Answer { status: answer.status(), body: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Writes a request's body that nobody will ever read.
#[ext_action]
pub fn writes_to_nobody() {
    let request = OutgoingRequest::new(Fields::new());
    if let Ok(body) = request.body()
        && let Ok(stream) = body.write()
    {
        while stream.blocking_write_and_flush(&[0; 4096]).is_ok() {}
    }
}
