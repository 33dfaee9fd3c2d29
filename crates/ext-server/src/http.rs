//! The server's addresses.
//!
//! | address | what |
//! |---|---|
//! | `/v1/NAMESPACE/NAME[@VERSION]/ACTION` | calls an action |
//! | `/v1/NAMESPACE/NAME[@VERSION]` | its definition |
//! | `/v1/NAMESPACE/NAME[@VERSION]/openapi.json`, `/v1/openapi.json` | OpenAPI |
//! | `/mcp`, `/mcp/NAMESPACE/NAME[@VERSION]` | MCP over streamable HTTP |
//! | `/api/…` | deployments, tokens, calls, events |
//! | `/`, `/extensions/…`, `/calls`, `/events`, `/tokens`, `/docs/…` | the [console](crate::console) |
//! | `/errors/CODE` | what a code means |
//! | `/metrics`, `/healthz`, `/readyz` | for whoever watches the server |

pub mod actions;
pub mod api;
pub mod arguments;
pub mod asker;
pub mod body;
mod describe;
pub(crate) mod held;
mod mcp;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use ext_definition::code;
use tower::ServiceExt;

use crate::auth::Reading;
use crate::invoke::lost;
use crate::metrics::OPENMETRICS;
use crate::platform::Platform;
use crate::problem::Problem;
use asker::Asked;

pub use actions::body_limit;
pub use api::Deployed;
pub use asker::{Asker, RequestId, new_id};
pub(crate) use body::too_large;

/// The header of a request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header that says whose pages may use an answer (Fetch standard, section 3.7).
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// About how many headers an answer gets.
const HEADERS: usize = 7;

/// What pages of other sites may send: what calls need, and what MCP adds.
const ALLOWED_HEADERS: &str = "authorization, content-type, x-request-id, traceparent, tracestate, mcp-protocol-version, \
     mcp-method, mcp-name";

/// What handlers share.
pub type Shared = State<Arc<Platform>>;

/// What answers requests: the addresses, and what is around all of them.
#[derive(Clone)]
pub struct Service {
    platform: Arc<Platform>,
    router: Router,
}

impl Service {
    /// Of a platform.
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { router: router(platform.clone()), platform }
    }

    /// The answer to a request that came from there.
    pub async fn answer(self: Arc<Self>, peer: SocketAddr, request: Request) -> Response {
        // Here rather than in a layer, which axum puts around each address on its own.
        around(&self.platform, &self.router, peer, request).await
    }
}

/// The action that a request calls, if its address is written as it usually is. Nearly all
/// requests are such calls, and finding that out takes the router longer.
fn called(path: &str) -> Option<[&str; 3]> {
    let mut names = path.strip_prefix("/v1/")?.split('/');
    let names = [names.next()?, names.next()?, names.next().filter(|_| names.next().is_none())?];
    // The router decodes addresses, and knows what has a dot in it.
    let is_plain = !names.iter().any(|it| it.is_empty() || it.contains('%'));
    (is_plain && !names[2].contains('.')).then_some(names)
}

/// Every address.
fn router(platform: Arc<Platform>) -> Router {
    let api = Router::new()
        .route("/deployments", get(api::deployments).post(api::deploy))
        .route("/deployments/{namespace}/{name}", get(api::deployment).delete(api::undeploy))
        .route("/deployments/{namespace}/{name}/rollback", post(api::rollback))
        .route("/deployments/{namespace}/{name}/grants", get(api::grants).put(api::grant))
        .route("/tokens", get(api::tokens).post(api::add_token))
        .route("/tokens/{id}", delete(api::revoke_token))
        .route("/calls", get(api::calls))
        .route("/calls/follow", get(api::follow))
        .route("/events", get(api::events));
    Router::new()
        .route("/v1/{namespace}/{name}/{action}", any(actions::call))
        .route("/v1/{namespace}/{name}", get(describe::definition))
        .route("/v1/{namespace}/{name}/", get(describe::definition))
        .route("/v1/{namespace}/{name}/openapi.json", get(describe::openapi))
        .route("/v1/openapi.json", get(describe::all_openapi))
        .route("/mcp", any(mcp::all))
        .route("/mcp/{namespace}/{name}", any(mcp::one))
        .nest("/api", api)
        .route("/errors/{code}", get(describe::error))
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .merge(crate::console::router(platform.clone()))
        .fallback(nothing)
        .method_not_allowed_fallback(method)
        .with_state(platform)
}

/// A problem, where axum refuses a request in plain words: for an address that is no UTF-8, say.
async fn explained(response: Response) -> Response {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_plain = media_type.is_some_and(|it| it.as_bytes().starts_with(b"text/plain"));
    if response.status() != StatusCode::BAD_REQUEST || !is_plain {
        return response;
    }
    let said = axum::body::to_bytes(response.into_body(), 1 << 10).await.unwrap_or_default();
    Problem::new(code::BODY_UNREADABLE, String::from_utf8_lossy(&said)).into_response()
}

/// What is around every request: its id, who asks, the headers of every answer.
async fn around(
    platform: &Arc<Platform>,
    router: &Router,
    peer: SocketAddr,
    mut request: Request,
) -> Response {
    let id = RequestId::of(request.headers());
    let address = request.uri().clone();
    let origin = asker::allowed_origin(platform, request.headers());
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let asked = Asked { id: id.clone(), asker: asker::asker(platform, peer, &request) };
    let mut response = if preflight && origin.is_some() {
        StatusCode::NO_CONTENT.into_response()
    } else if let Some(names) = called(address.path()) {
        actions::answer(platform, names, asked, request).await
    } else {
        // Bodies are read within limits of our own, which may be larger.
        DefaultBodyLimit::disable().apply(&mut request);
        request.extensions_mut().insert(asked);
        let is_mcp = address.path().starts_with("/mcp");
        // It may take longer, and this thread has other connections to serve.
        let routed = platform.workers.at_home(router.clone().oneshot(request)).await;
        let response = routed.map_or_else(|| lost().into_response(), |Ok(response)| response);
        if is_mcp { response } else { explained(response).await }
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        platform.refused(&problem);
    }
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
    if !platform.configuration().origins.is_empty() {
        // Also of what was asked without one: a cache would give it to the other site's page.
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if origin.is_none() {
        // No other site's page has use of it, as a picture or a script.
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, retry-after"),
        );
        if preflight {
            for (name, value) in [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
                (header::ACCESS_CONTROL_MAX_AGE, "600"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
    // OWASP's "REST Security Cheat Sheet", without what is for browsers that do not know
    // `frame-ancestors`. Pages set a policy of their own.
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if platform.configuration().tls.is_some() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

async fn nothing() -> Problem {
    Problem::new(code::NO_PAGE, "nothing is at this address")
}

async fn method() -> Problem {
    Problem::new(code::METHOD, "this address does not take this method")
}

async fn metrics(State(platform): Shared, asker: Asker) -> Result<Response, Problem> {
    asker.may_read(Reading::Metrics, None)?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], platform.metrics()).into_response())
}

/// Whether it can do its work: its store answers.
async fn ready(State(platform): Shared, asker: Asker) -> Result<&'static str, Problem> {
    let Err(error) = platform.store().check().await else { return Ok("ready\n") };
    tracing::error!(%error, "the store does not answer");
    // Why is for who watches it; that it is not is for whoever sends requests to it.
    asker.may_read(Reading::Metrics, None).map_err(|_| {
        Problem::new(code::STORE_FAILED, "the server's store failed").retry_after(5)
    })?;
    Err(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_what_the_router_knows() {
        let of = |address: &str| {
            let path = address.parse::<axum::http::Uri>().unwrap().path().to_owned();
            called(&path).map(|names| names.map(str::to_owned))
        };
        let names = ["acme", "quotes@1.2.0", "quote"].map(str::to_owned);
        let address = "/v1/acme/quotes@1.2.0/quote";
        assert_eq!(of(address), Some(names.clone()));
        assert_eq!(of(&format!("http://localhost{address}?a=b")), Some(names));
        for other in [
            "/v1/acme/quotes/openapi.json",
            "/v1/acme/quotes%401.2.0/quote",
            "/v1/acme/quotes",
            "/v1/acme/quotes/",
            "/v1/acme//quote",
            "/v1/acme/quotes/quote/",
            "/api/acme/quotes/quote",
            "/",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
