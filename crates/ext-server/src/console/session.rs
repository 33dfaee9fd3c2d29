//! Who looks: a token in a cookie that no script reads and no other site's page sends.

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
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
pub async fn login(State(platform): Shared, request: Request) -> Result {
    let said = Said::of_body(request).await?;
    let next = inside(said.get("next"));
    let token = said.get("token").unwrap_or_default();
    match platform.tokens().caller(token).and_then(|_| cookie(&platform, token, "")) {
        Some(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response()),
        None => {
            let page = Page { head: head(None, "login", "Log in"), next, refused: true };
            Ok((StatusCode::UNAUTHORIZED, show(&page)).into_response())
        }
    }
}

/// `POST /logout`.
pub async fn logout(State(platform): Shared) -> Result {
    Ok(([(header::SET_COOKIE, none(&platform))], Redirect::to("/login")).into_response())
}

/// The cookie of a session (RFC 6265); it ends with the browser.
fn cookie(platform: &Platform, token: &str, more: &str) -> Option<HeaderValue> {
    let secure = if platform.configuration().tls.is_some() { "; Secure" } else { "" };
    let name = asker::COOKIE;
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    HeaderValue::from_str(&text).ok()
}

/// The cookie of no session any more.
pub fn none(platform: &Platform) -> HeaderValue {
    cookie(platform, "", "; Max-Age=0").unwrap_or(HeaderValue::from_static(""))
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
