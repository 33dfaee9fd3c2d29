//! Who looks: somebody who showed a token, and has a session in a cookie that no script reads
//! and no other site's page sends.

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};

use super::page::{Head, Result, Said, head, show};
use crate::http::{Asker, Shared, asker};
use crate::platform::Platform;

#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    head: Head,
    next: String,
    refused: bool,
}

/// An address of this server: nobody's link leads through our login to another site.
fn inside(address: Option<&str>) -> String {
    let fine = |it: &&str| {
        it.starts_with('/') && !it.starts_with("//") && !it.contains(['\\', '\r', '\n', '\t'])
    };
    address.filter(fine).unwrap_or("/").to_owned()
}

/// `GET /login`.
pub async fn page(asker: Asker, RawQuery(query): RawQuery) -> Result {
    let said = Said::of(query.unwrap_or_default().as_bytes());
    let head = head(asker.caller().ok(), "login", "Log in");
    Ok(show(&Page { head, next: inside(said.get("next")), refused: false }))
}

/// `POST /login`, with a token.
pub async fn login(State(platform): Shared, asker: Asker, request: Request) -> Result {
    let said = Said::of_body(request).await?;
    let next = inside(said.get("next"));
    let token = said.get("token").unwrap_or_default();
    match platform.sessions.begin(platform.tokens(), token)? {
        Some((caller, id)) => {
            platform.audit.done(&caller, "login", "", asker.peer().to_string()).await;
            let cookie = cookie(&platform, &id, "");
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
        }
        None => {
            platform.metrics.refused("login");
            platform.audit.login_refused(asker.peer());
            let page = Page { head: head(None, "login", "Log in"), next, refused: true };
            Ok((StatusCode::UNAUTHORIZED, show(&page)).into_response())
        }
    }
}

/// `POST /logout`.
pub async fn logout(State(platform): Shared, asker: Asker, headers: HeaderMap) -> Result {
    if let Some(session) = asker::session(&platform, &headers) {
        platform.sessions.end(session);
        if let Ok(caller) = asker.caller() {
            platform.audit.done(caller, "logout", "", String::new()).await;
        }
    }
    Ok(([(header::SET_COOKIE, none(&platform))], Redirect::to("/login")).into_response())
}

/// The cookie of a session (RFC 6265); it ends with the browser.
fn cookie(platform: &Platform, session: &str, more: &str) -> HeaderValue {
    let configuration = platform.configuration();
    let secure = if configuration.is_secure() { "; Secure" } else { "" };
    let name = asker::cookie_name(configuration);
    let text = format!("{name}={session}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    // Ids are of the characters of base64.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The cookie of no session any more.
pub fn none(platform: &Platform) -> HeaderValue {
    cookie(platform, "", "; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_nobody_else() {
        for address in ["//example.com", "https://example.com", "/\\example.com", "x", "/\t/x", ""]
        {
            assert_eq!(inside(Some(address)), "/", "{address}");
        }
        assert_eq!(inside(Some("/calls?package=a:b")), "/calls?package=a:b");
    }
}
