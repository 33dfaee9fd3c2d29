//! Who sends a request.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use ext_definition::code;

use crate::auth::{Caller, Verb};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::random::random;

/// The name of the console's cookie.
pub const COOKIE: &str = "ext_token";

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The id of a request: that which it came with, or a new one.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Of a request with these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(super::REQUEST_ID).and_then(|it| it.to_str().ok());
        let fine = |id: &&str| {
            (1..=128).contains(&id.len())
                && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
        };
        match given.filter(fine) {
            Some(given) => Self(given.into()),
            None => Self(new_id().into()),
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 128 bits in hexadecimal: the instant in milliseconds, then random ones (as in UUID
/// version 7, RFC 9562), so that later ones are greater.
pub fn new_id() -> String {
    let (high, low) = (u64::from_ne_bytes(random()), u16::from_ne_bytes(random()));
    let instant = jiff::Timestamp::now().as_millisecond() & 0xffff_ffff_ffff;
    format!("{instant:012x}{high:016x}{low:04x}")
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let id = parts.extensions.get::<Self>().cloned();
        Ok(id.unwrap_or_else(|| Self::of(&parts.headers)))
    }
}

/// Who sends a request; nobody, if there is no valid token where one is needed.
#[derive(Debug, Clone)]
pub struct Asker {
    caller: Result<Caller, &'static str>,
}

impl Asker {
    /// The caller.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().map_err(|reason| Problem::new(code::NO_TOKEN, *reason))
    }

    /// The caller, who may do this.
    pub fn may(&self, verb: Verb, namespace: Option<&str>) -> Result<&Caller, Problem> {
        let caller = self.caller()?;
        caller.check(verb, namespace)?;
        Ok(caller)
    }
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let none = || Self { caller: Err("nobody knows who asks") };
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(none))
    }
}

/// Who sends this request.
pub fn asker(platform: &Platform, request: &Request) -> Asker {
    let caller = match bearer(request.headers()) {
        Some(token) => {
            platform.tokens().caller(token).ok_or("the token is unknown, expired or revoked")
        }
        None => match cookie(request.headers()) {
            // A browser sends it by itself, so the page that makes it do so must be ours.
            Some(token) if same_site(request) => {
                platform.tokens().caller(token).ok_or("the session has ended")
            }
            _ if local(platform, request) => Ok(Caller::loopback()),
            _ => Err("a token is needed: `Authorization: Bearer TOKEN`"),
        },
    };
    Asker { caller }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    cookies
        .flat_map(|it| it.split(';'))
        .find_map(|it| it.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The host that the request names.
fn host(request: &Request) -> Option<Authority> {
    match request.uri().authority() {
        Some(authority) => Some(authority.clone()),
        None => request.headers().get(header::HOST)?.to_str().ok()?.parse().ok(),
    }
}

/// Whether a page of this server made a browser send this: a form of the console. Browsers say
/// with every `POST` which page it came from; what does not say so is no form of ours.
pub fn own_form(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site");
    request.headers().contains_key(header::ORIGIN)
        && same_site(request)
        && site.is_none_or(|it| it == "same-origin")
}

/// Whether no other site's page made a browser send this (Fetch standard, "Origin" header).
fn same_site(request: &Request) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        // Browsers leave it out where a page of another site can do no harm, except with
        // links: whatever changes something is no GET.
        return true;
    };
    let origin = origin.to_str().ok().and_then(|it| it.split_once("://")).map(|(_, host)| host);
    matches!((origin, host(request)), (Some(origin), Some(host)) if origin == host.as_str())
}

/// Whether somebody on this machine asks, and nobody else through him: the server listens
/// for this machine only, no proxy forwarded the request, and no page of another site made a
/// browser send it (which may call this machine by a name of its own: DNS rebinding). A proxy
/// that says nothing of itself is not seen: for that there is `require_token`.
fn local(platform: &Platform, request: &Request) -> bool {
    let peer = request.extensions().get::<Peer>();
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    !platform.configuration().require_token
        && platform.configuration().listen.ip().is_loopback()
        && peer.is_some_and(|peer| peer.0.ip().is_loopback())
        && !forwarded.iter().any(|name| request.headers().contains_key(*name))
        && host(request).is_some_and(|host| {
            let name = host.host().trim_start_matches('[').trim_end_matches(']');
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
        })
        && same_site(request)
}

/// Whether no page of another site made a browser send this, except one that the operator
/// named.
pub fn origin_is_known(platform: &Platform, request: &Request) -> bool {
    same_site(request) || allowed_origin(platform, request.headers()).is_some()
}

/// The origin that may read the answer, if it is one that the operator named.
pub fn allowed_origin(platform: &Platform, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let text = origin.to_str().ok()?;
    platform.configuration().origins.iter().any(|it| it == text).then(|| origin.clone())
}
