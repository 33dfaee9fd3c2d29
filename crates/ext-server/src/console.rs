//! The console: what runs here, for people with a browser.
//!
//! Pages are made on the server and work without their script. They do what they do through
//! [`Platform`], with the rights of whoever looks: who showed a token and has a session,
//! or nobody where none is needed. Nothing is loaded from elsewhere, and nothing runs that is not ours: the
//! policy of each page says so to the browser.

mod action;
mod assets;
mod calls;
mod deploying;
mod events;
mod extension;
mod form;
mod overview;
mod page;
mod plot;
mod session;
mod tokens;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use ext_definition::code;

use crate::http::{Shared, asker};
use crate::platform::Platform;
use crate::problem::Problem;

/// A page loads its style, its script and pictures from here, and sends its forms here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// The addresses of the console.
pub fn router(platform: Arc<Platform>) -> Router<Arc<Platform>> {
    let extension = Router::new()
        .route("/", get(extension::page))
        .route("/activate", post(extension::activate))
        .route("/rollback", post(extension::rollback))
        .route("/undeploy", post(extension::undeploy))
        .route("/grants", post(extension::grant))
        .route("/actions/{action}", get(action::page).post(action::run));
    Router::new()
        .route("/", get(overview::page))
        .nest("/extensions/{namespace}/{name}", extension)
        .route("/docs/{namespace}/{name}", get(extension::documentation))
        .route("/deploy", get(deploying::page).post(deploying::deploy))
        .route("/calls", get(calls::list))
        .route("/calls/{id}", get(calls::one))
        .route("/events", get(events::page))
        .route("/tokens", get(tokens::page).post(tokens::add))
        .route("/tokens/{id}/revoke", post(tokens::revoke))
        .route("/login", get(session::page).post(session::login))
        .route("/logout", post(session::logout))
        .route_layer(from_fn_with_state(platform, around))
        .route("/assets/{file}", get(assets::serve))
}

/// What is around every page: no other site's form is taken, problems are pages too, and the
/// browser hears what a page may do.
async fn around(State(platform): Shared, request: Request, next: Next) -> Response {
    let asked = request.extensions().get::<asker::Asked>().cloned();
    let had_session = asker::session(&platform, request.headers()).is_some();
    let by_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let back = match request.uri().path_and_query() {
        Some(address) if by_get => address.as_str().to_owned(),
        _ => "/".to_owned(),
    };
    let mut response = match by_get || asker::own_form(&request) {
        true => next.run(request).await,
        false => page::Failure(Problem::new(
            code::NOT_COVERED,
            "this form was not sent by a page of this server",
        ))
        .into_response(),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        platform.refused(&problem);
        response = match problem.code() == code::NO_TOKEN {
            true => {
                let to = format!("/login?next={}", words::encoded(&back));
                let mut response = Redirect::to(&to).into_response();
                // A session that has ended would be in the way of whoever needs none. Who followed
                // another site's link has one still, which his browser did not send.
                if had_session {
                    response.headers_mut().insert(header::SET_COOKIE, session::none(&platform));
                }
                response
            }
            false => page::problem(asked.as_ref().map(|it| &it.asker), &problem),
        };
    }
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(POLICY);
    // What this page opens, or is opened by, is no way to it.
    let policy = HeaderValue::from_static("same-origin");
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), policy);
    // With `no-referrer` a browser would not say which page a form came from (Fetch standard,
    // "append a request `Origin` header").
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
