//! What all pages have.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use ext_definition::code;

use super::assets;
use crate::auth::{Caller, Reading, Verb};
use crate::http::{Asker, body};
use crate::problem::Problem;

/// The frame of a page.
pub struct Head {
    pub title: String,
    /// Which part of the console it belongs to.
    section: &'static str,
    /// Who looks.
    caller: Option<Arc<Caller>>,
    /// Something was done, and the browser was sent here.
    pub done: &'static str,
}

impl Head {
    pub fn is(&self, section: &str) -> bool {
        self.section == section
    }

    pub fn who(&self) -> &str {
        self.caller.as_ref().map_or("", |it| &it.name)
    }

    pub fn has_token(&self) -> bool {
        self.caller.as_ref().is_some_and(|it| it.token.is_some())
    }

    pub fn operates(&self) -> bool {
        self.caller.as_ref().is_some_and(|it| it.may(Verb::Operate, None))
    }

    pub fn deploys(&self) -> bool {
        let may = |it: &Caller| it.namespaces(Verb::Deploy).is_none_or(|it| !it.is_empty());
        self.caller.as_deref().is_some_and(may)
    }

    pub fn sees_calls(&self) -> bool {
        let may = |it: &Caller| it.readable(Reading::Operation).is_none_or(|it| !it.is_empty());
        self.caller.as_deref().is_some_and(may)
    }

    pub fn sees_events(&self) -> bool {
        self.caller.as_ref().is_some_and(|it| it.may_read(Reading::Operation, None))
    }

    pub fn style(&self) -> &'static str {
        assets::style()
    }

    pub fn script(&self) -> &'static str {
        assets::script()
    }

    pub fn icon(&self) -> &'static str {
        assets::icon()
    }
}

/// The frame of a page for somebody who is not known, or not allowed.
pub fn head(caller: Option<&Arc<Caller>>, section: &'static str, title: impl Into<String>) -> Head {
    Head { title: title.into(), section, caller: caller.cloned(), done: "" }
}

/// Who looks at a page: somebody who is known.
pub struct Visitor {
    pub asker: Asker,
    pub caller: Arc<Caller>,
    done: &'static str,
}

impl Visitor {
    pub fn head(&self, section: &'static str, title: impl Into<String>) -> Head {
        Head { done: self.done, ..head(Some(&self.caller), section, title) }
    }

    /// Whether calls of a namespace may be seen; `None`: all.
    pub fn sees_calls(&self, namespace: Option<&str>) -> bool {
        self.caller.may_read(Reading::Operation, namespace)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> std::result::Result<Self, Failure> {
        let Ok(asker) = Asker::from_request_parts(parts, state).await;
        let caller = asker.caller()?.clone();
        Ok(Self { asker, caller, done: done(parts.uri.query().unwrap_or_default()) })
    }
}

/// What the address says was done: one of a few texts, so that nobody's link puts words into
/// a page of ours.
fn done(query: &str) -> &'static str {
    let word = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done");
    match word.as_ref().map_or("", |(_, word)| word) {
        "deployed" => "The version is deployed and active.",
        "activated" => "The version is active now.",
        "rolled-back" => "The version before is active again.",
        "undeployed" => "The version is not deployed any more.",
        "granted" => "What is granted was changed.",
        "revoked" => "The token is revoked.",
        _ => "",
    }
}

/// Why there is no page; [`super::around`] makes one of it.
pub struct Failure(pub Problem);

impl<E: Into<Problem>> From<E> for Failure {
    fn from(problem: E) -> Self {
        Self(problem.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.status().into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

pub type Result<T = Response> = std::result::Result<T, Failure>;

/// A page as an answer.
pub fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        // Templates write into memory.
        Err(error) => {
            Problem::new(code::STORE_FAILED, format!("the page cannot be written: {error}"))
                .into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    head: Head,
    problem: &'a Problem,
}

/// The page about a problem.
pub fn problem(asker: Option<&Asker>, problem: &Problem) -> Response {
    let caller = asker.and_then(|it| it.caller().ok());
    let head = head(caller, "", problem.code().title());
    (problem.status(), show(&ProblemPage { head, problem })).into_response()
}

/// What a form says, in its order.
pub struct Said(Vec<(String, String)>);

impl Said {
    /// Most of a form but an action's, in bytes.
    const MOST: usize = 64 << 10;

    /// Those of a form's body.
    pub async fn of_body(request: Request) -> Result<Self> {
        let media_type = body::media_type(request.headers());
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(body::not_read(media_type).into());
        }
        let (_, body) = body::whole(request, Self::MOST, None).await?;
        Ok(Self::of(&body))
    }

    /// Those of a query.
    pub fn of(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// Those that are there.
    pub fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of a name that is not empty.
    pub fn get<'a>(&'a self, name: &str) -> Option<&'a str> {
        self.all(name).find(|it| !it.is_empty())
    }

    /// The values of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |it| it.0 == name).map(|it| it.1.trim())
    }

    /// The value of a name as it was given.
    pub fn raw<'a>(&'a self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}
