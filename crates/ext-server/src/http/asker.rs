//! Who sends a request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use ext_definition::code;

use crate::audit::Refusal;
use crate::auth::{Caller, Reading, Verb};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::random::random;
use crate::settings::Configuration;
use crate::text;

/// The name of the console's cookie; where only TLS carries it, browsers take it from nobody but
/// this server itself (RFC 6265bis, section 4.1.3.2).
pub fn cookie_name(configuration: &Configuration) -> &'static str {
    match configuration.is_secure() {
        true => "__Host-ext_session",
        false => "ext_session",
    }
}

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
            None => Self(new_id()),
        }
    }

    /// Its text, shared.
    pub fn text(&self) -> Arc<str> {
        self.0.clone()
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 128 bits in hexadecimal: the instant in milliseconds, then random ones (as in UUID
/// version 7, RFC 9562), so that later ones are greater.
pub fn new_id() -> Arc<str> {
    let instant = jiff::Timestamp::now().as_millisecond().to_be_bytes();
    let mut id = [0; 16];
    id[..6].copy_from_slice(&instant[2..]);
    id[6..].copy_from_slice(&random::<10>());
    text::id(id)
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let asked = parts.extensions.get::<Asked>();
        Ok(asked.map_or_else(|| Self::of(&parts.headers), |it| it.id.clone()))
    }
}

/// Who sends a request; nobody, if there is no valid token where one is needed.
#[derive(Debug, Clone)]
pub struct Asker {
    caller: Result<Arc<Caller>, Unknown>,
    peer: IpAddr,
}

/// Why nobody is known to have sent a request.
#[derive(Debug, Clone, Copy)]
enum Unknown {
    /// Its token is not valid.
    Invalid,
    /// It has none, for this reason.
    None(&'static str),
}

impl Asker {
    /// The caller.
    pub fn caller(&self) -> Result<&Arc<Caller>, Problem> {
        self.caller.as_ref().map_err(|unknown| {
            let (message, refusal) = match unknown {
                Unknown::Invalid => {
                    let message = "the token is unknown, expired or revoked";
                    (message, Refusal::InvalidToken(self.peer))
                }
                Unknown::None(message) => (*message, Refusal::NoToken),
            };
            Problem::new(code::NO_TOKEN, message).refused(refusal)
        })
    }

    /// The caller, who may read this.
    pub fn may_read(&self, reading: Reading, namespace: Option<&str>) -> Result<&Caller, Problem> {
        let caller = self.caller()?;
        caller.check_reading(reading, namespace)?;
        Ok(caller)
    }

    /// The other end of the connection.
    pub fn peer(&self) -> IpAddr {
        self.peer
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
        let none = || Self {
            caller: Err(Unknown::None("nobody knows who asks")),
            peer: Ipv6Addr::UNSPECIFIED.into(),
        };
        Ok(parts.extensions.get::<Asked>().map_or_else(none, |it| it.asker.clone()))
    }
}

/// What is found out about a request before anything else.
#[derive(Clone)]
pub struct Asked {
    /// Its id.
    pub id: RequestId,
    /// Who sends it.
    pub asker: Asker,
}

/// Who sends this request, from the other end of its connection.
pub fn asker(platform: &Platform, peer: SocketAddr, request: &Request) -> Asker {
    let caller = match bearer(request.headers()) {
        Some(token) => platform.tokens().caller(token).ok_or(Unknown::Invalid),
        // A browser sends what follows by itself, so the page that makes it do so must be ours.
        None if !of_no_other_page(request) => Err(Unknown::None(
            "a page of another site sends this, which needs a token: `Authorization: Bearer TOKEN`",
        )),
        None => match session(platform, request.headers()) {
            Some(session) => (platform.sessions.caller(platform.tokens(), session))
                .ok_or(Unknown::None("the session has ended")),
            None if local(platform, peer, request) => Ok(Caller::loopback()),
            None => Err(Unknown::None("a token is needed: `Authorization: Bearer TOKEN`")),
        },
    };
    Asker { caller, peer: peer.ip() }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session of the console that a request is a part of, as its cookie says.
pub fn session<'a>(platform: &Platform, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = cookie_name(platform.configuration());
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    cookies
        .flat_map(|it| it.split(';'))
        .find_map(|it| it.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The host that the request names, with its port if it names one.
fn host(request: &Request) -> Option<&str> {
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(header::HOST)?.to_str().ok(),
    }
}

/// Whether this is a name of this machine for itself, and nothing that could be another's.
fn is_local(host: &str) -> bool {
    let is_port = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        _ => host,
    };
    let inner = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    name == "localhost"
        || name.parse::<Ipv4Addr>().is_ok_and(|it| it.is_loopback())
        || inner.is_some_and(|it| it.parse::<Ipv6Addr>().is_ok_and(|it| it.is_loopback()))
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
    origin.is_some_and(|it| host(request) == Some(it))
}

/// Whether no page of another site, or of another server on this machine, made a browser send
/// this, as far as the browser says (Fetch standard, and "Fetch Metadata Request Headers"): a
/// picture's address is enough for a request that has no origin. To follow a link to a page of
/// the console is fine: the page that has it sees nothing of what comes.
fn of_no_other_page(request: &Request) -> bool {
    if !same_site(request) {
        return false;
    }
    let says = |name: &str| request.headers().get(name).map_or(&b""[..], HeaderValue::as_bytes);
    if !matches!(says("sec-fetch-site"), b"cross-site" | b"same-site") {
        return true;
    }
    let path = request.uri().path();
    let is_page = !["/v1/", "/api/", "/mcp", "/metrics"].iter().any(|it| path.starts_with(it));
    let is_followed =
        (says("sec-fetch-mode"), says("sec-fetch-dest")) == (b"navigate", b"document");
    request.method() == Method::GET && is_page && is_followed
}

/// What proxies add to what they forward.
const FORWARDED: [HeaderName; 4] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
];

/// Whether somebody on this machine asks, and nobody else through him: the server listens
/// for this machine only, no proxy forwarded the request, and it names this machine as that does
/// itself (a page of another site may have a name for it, too: DNS rebinding). A proxy that says
/// nothing of itself is not seen: for that there is `require_token`.
fn local(platform: &Platform, peer: SocketAddr, request: &Request) -> bool {
    !platform.configuration().require_token
        && platform.configuration().listen.ip().is_loopback()
        && peer.ip().is_loopback()
        && !FORWARDED.iter().any(|name| request.headers().contains_key(name))
        && host(request).is_some_and(is_local)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_known() {
        for local in ["localhost", "localhost:80", "127.0.0.1:1", "127.8.9.1", "[::1]", "[::1]:80"]
        {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "",
            ":80",
            "localhost.example:80",
            "x@localhost",
            "localhost:80@example.org",
            "127.0.0.1.example",
            "10.0.0.1",
            "[::2]:80",
            "::1",
            "[127.0.0.1]",
            "[localhost]",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
