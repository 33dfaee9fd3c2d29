//! HTTP requests that extensions send, to hosts that they ask for *and* were granted.
//!
//! A request goes where its authority says: the `Host` header is the host's own, what names a
//! user is refused, and so is `CONNECT`, which would make a tunnel of a granted server. Nobody
//! follows redirects here; an extension that does sends another request, which is looked at
//! as the first one.

mod reach;
mod waiting;

use std::pin::Pin;
use std::sync::Arc;

use ext_definition::package::rules;
use http::header::{HOST, VIA};
use http::uri::{Authority, Scheme, Uri};
use http::{HeaderName, HeaderValue, Method, Request};
use wasmtime::component::Linker;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
    default_hooks,
};

use crate::denied::Denied;
use crate::hosts::Hosts;
use crate::sandbox::Sandbox;
use crate::server::Trace;

/// Most requests of one instance that are under way at a time.
const MAX_REQUESTS: usize = 32;

/// Bytes that the headers of a request take in memory, at most.
const MAX_FIELDS: usize = 32 << 10;

/// What a request is a part of (W3C Trace Context).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// What requests came through (RFC 9110, section 7.6.3): servers that trust this machine shall know
/// that it is not its own request.
const OURSELVES: HeaderValue = HeaderValue::from_static("1.1 cargo-ext");

/// The state of an instance.
#[derive(Default)]
pub struct Http {
    context: WasiHttpCtx,
    requests: Requests,
}

#[derive(Default)]
struct Requests {
    hosts: Arc<Hosts>,
    denied: Denied,
    /// One clone for each that is under way.
    running: Arc<()>,
    /// What they are a part of: names and values of headers.
    trace: Vec<(HeaderName, HeaderValue)>,
}

impl Http {
    pub fn new(hosts: Arc<Hosts>, denied: Denied) -> Self {
        let mut context = WasiHttpCtx::new();
        context.set_field_size_limit(MAX_FIELDS);
        Self { context, requests: Requests { hosts, denied, ..Requests::default() } }
    }

    /// Says what requests are a part of from now on.
    pub fn is_part_of(&mut self, trace: Option<&Trace>) {
        let headers = &mut self.requests.trace;
        headers.clear();
        let Some(Trace { traceparent, tracestate, .. }) = trace else { return };
        for (name, value) in [(TRACEPARENT, traceparent), (TRACESTATE, tracestate)] {
            let value = value.as_deref().and_then(|it| HeaderValue::from_str(it).ok());
            headers.extend(value.map(|it| (name, it)));
        }
    }
}

impl WasiHttpView for Sandbox {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let Http { context, requests } = &mut self.http;
        WasiHttpCtxView { hooks: requests, table: &mut self.resources, ctx: context }
    }
}

/// Lets extensions send requests. Waiting for an answer ends with the call.
pub fn add_to_linker(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(linker)?;
    waiting::add_to_linker(linker)
}

/// What goes on behind an answer: its body comes in.
type Rest = Box<dyn Future<Output = Result<(), Error>> + Send>;

type Answer = Result<(http::Response<WasiBody>, Rest), Error>;

impl WasiHttpHooks for Requests {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        before: Rest,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let running = self.running.clone();
        let request = match Arc::strong_count(&running) - 1 > MAX_REQUESTS {
            true => Err(Error::ConnectionLimitReached),
            false => self.allowed(request),
        };
        let denied = self.denied.clone();
        Box::new(async move {
            let request = request?;
            let host = request.uri().host().unwrap_or_default().to_owned();
            let request = reachable(request).await.inspect_err(|error| {
                if matches!(error, Error::HttpRequestDenied) {
                    denied.host(&host, "the name leads into a private network");
                }
            })?;
            let sent = default_hooks().send_request(request, options, before);
            let (answer, rest) = Pin::from(sent).await?;
            let rest = async move {
                let _running = running;
                Pin::from(rest).await
            };
            Ok((answer, Box::new(rest) as Rest))
        })
    }
}

impl Requests {
    /// Writes a denied request to the log of the call.
    fn deny(&self, host: &str, port: u16) {
        let name = match port {
            80 | 443 => host.to_owned(),
            port => format!("{host}:{port}"),
        };
        match self.hosts.are_asked(host, port) {
            true => {
                let why = format!("it is not granted; help: `--grant http:{name}`");
                self.denied.host(&name, &why);
            }
            false => {
                let why = format!(
                    "the manifest does not request it; help: add `http = [\"{name}\"]` to its \
                     permissions"
                );
                self.denied.host(&name, &why);
            }
        }
    }

    /// The request as it is sent, if it may be.
    fn allowed(&self, mut request: Request<WasiBody>) -> Result<Request<WasiBody>, Error> {
        let (host, port) = destination(request.method(), request.uri()).inspect_err(|_| {
            let host = request.uri().host().unwrap_or_default();
            self.denied.host(host, "requests go to a host and a port, without a user name");
        })?;
        let number = port.unwrap_or_else(|| default_port(request.uri()));
        if !self.hosts.allow(&host, number) {
            self.deny(&host, number);
            return Err(Error::HttpRequestDenied);
        }
        // What was looked at is what is sent, to the letter.
        let authority = port.map_or(host.clone(), |port| format!("{host}:{port}"));
        let invalid = |_| Error::HttpRequestUriInvalid;
        let header = HeaderValue::from_str(&authority).map_err(|_| Error::HttpRequestUriInvalid)?;
        set_authority(&mut request, Authority::try_from(authority).map_err(invalid)?)?;
        request.headers_mut().insert(HOST, header);
        // Somebody on this machine sends it, and nobody whom the machine belongs to.
        request.headers_mut().append(VIA, OURSELVES);
        if !request.headers().contains_key(TRACEPARENT) {
            request.headers_mut().extend(self.trace.iter().cloned());
        }
        Ok(request)
    }
}

/// The request, once it is known that its host's name does not lead into the machine's own network:
/// whose name it is, decides where it leads. A host that is there by its name was granted as that.
async fn reachable(mut request: Request<WasiBody>) -> Result<Request<WasiBody>, Error> {
    let (host, port) = destination(request.method(), request.uri())?;
    if rules::is_near(&host) {
        return Ok(request);
    }
    let address = reach::find(&host, port.unwrap_or_else(|| default_port(request.uri()))).await?;
    // It goes to the address that was looked at: the next answer of a resolver may be another one.
    // Over TLS the name is needed; there, whoever answers has to prove that it is his.
    if request.uri().scheme() != Some(&Scheme::HTTPS) {
        let invalid = |_| Error::HttpRequestUriInvalid;
        let authority = Authority::try_from(address.to_string()).map_err(invalid)?;
        set_authority(&mut request, authority)?;
    }
    Ok(request)
}

fn set_authority(request: &mut Request<WasiBody>, authority: Authority) -> Result<(), Error> {
    let mut parts = request.uri().clone().into_parts();
    parts.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Error::HttpRequestUriInvalid)?;
    Ok(())
}

/// Where a request goes: a host in small letters, and a port if it names one.
fn destination(method: &Method, uri: &Uri) -> Result<(String, Option<u16>), Error> {
    let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?.as_str();
    let (host, port) = match authority.split_once(':') {
        // No sign, no zeros: `http` and the resolver shall not read it in different ways.
        Some((host, port)) => {
            let number = port.parse::<u16>().ok().filter(|it| it.to_string() == port);
            (host, Some(number.ok_or(Error::HttpRequestDenied)?))
        }
        None => (authority, None),
    };
    // Neither a user nor an address in brackets.
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
    match method != Method::CONNECT && host.chars().all(plain) {
        true => Ok((host.to_ascii_lowercase(), port)),
        false => Err(Error::HttpRequestDenied),
    }
}

fn default_port(uri: &Uri) -> u16 {
    if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations() {
        let of = |uri: &str| {
            let uri: Uri = uri.parse().ok()?;
            let (host, port) = destination(&Method::GET, &uri).ok()?;
            Some((host, port.unwrap_or_else(|| default_port(&uri))))
        };
        for (uri, host, port) in [
            ("https://api.Example.com/a", "api.example.com", 443),
            ("http://localhost", "localhost", 80),
            ("https://localhost:80/?a@b:1", "localhost", 80),
            ("http://127.0.0.1:8080", "127.0.0.1", 8080),
            // It is another name than the one without the dot.
            ("http://example.com./", "example.com.", 80),
        ] {
            assert_eq!(of(uri), Some((host.to_owned(), port)), "{uri}");
        }
        for uri in [
            "/path",
            "http://example.com@evil.org/",
            "http://example.com:80@evil.org/",
            "http://u:p@example.com/",
            "http://[::1]/",
            "http://[::1]:80/",
            "http://example.com:/",
            "http://example.com:080/",
            "http://example.com:99999/",
            "http://exa_mple.com/",
        ] {
            assert_eq!(of(uri), None, "{uri}");
        }
        let uri = "http://example.com:80".parse().unwrap();
        assert!(destination(&Method::CONNECT, &uri).is_err());
    }
}
