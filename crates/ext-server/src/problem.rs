//! Failures as problem details (RFC 9457): one form for every surface of the server.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ext_definition::code::{self, Code};
use ext_host::{ActionError, Error, Limit};
use serde_json::{Map, Value, json};

use crate::audit::Refusal;
use crate::store::StoreError;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why something was not done.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    status: StatusCode,
    detail: String,
    /// Members of one kind of problem: `violations`, `error`, …
    members: Map<String, Value>,
    /// The id of the call that it ended.
    call: Option<String>,
    /// Seconds after which to try again.
    retry_after: Option<u32>,
    /// If it is about who asks, and what he may.
    refusal: Option<Refusal>,
}

impl Problem {
    /// A problem with its message.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            status: status(code),
            detail: detail.into(),
            members: Map::new(),
            call: None,
            retry_after: None,
            refusal: None,
        }))
    }

    /// With one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// With the id of the call that it ended, which is in the log.
    #[must_use]
    pub fn of_call(mut self, id: &str) -> Self {
        self.0.call = Some(id.to_owned());
        self
    }

    /// With another status than that of its code.
    #[must_use]
    pub fn of_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// With the seconds after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Because of who asks, and what he may.
    #[must_use]
    pub(crate) fn refused(mut self, refusal: Refusal) -> Self {
        self.0.refusal = Some(refusal);
        self
    }

    /// What of who asks it is because of.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What it says.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// A member besides those that every problem has.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.0.members.get(name)
    }

    /// The object.
    pub fn to_json(&self) -> Value {
        let inner = &*self.0;
        let mut object = Map::new();
        object.insert("type".into(), format!("/errors/{}", inner.code).into());
        object.insert("title".into(), inner.code.title().into());
        object.insert("status".into(), inner.status.as_u16().into());
        object.insert("detail".into(), inner.detail.clone().into());
        if let Some(call) = &inner.call {
            object.insert("instance".into(), format!("/calls/{call}").into());
        }
        object.insert("code".into(), inner.code.to_string().into());
        object.extend(inner.members.clone());
        object.into()
    }
}

/// RFC 9110 says what each status means.
pub(crate) fn status(code: Code) -> StatusCode {
    match code {
        code::ARGUMENTS | code::BODY_UNREADABLE => StatusCode::BAD_REQUEST,
        code::NO_TOKEN => StatusCode::UNAUTHORIZED,
        code::NOT_COVERED => StatusCode::FORBIDDEN,
        code::ACTION_UNKNOWN | code::NOT_DEPLOYED | code::NO_EARLIER_VERSION | code::NO_PAGE => {
            StatusCode::NOT_FOUND
        }
        code::METHOD => StatusCode::METHOD_NOT_ALLOWED,
        code::NOT_GRANTED => StatusCode::CONFLICT,
        code::BODY_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        code::MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code::ACTION_FAILED | code::PACKAGE_REFUSED => StatusCode::UNPROCESSABLE_ENTITY,
        code::TOO_MANY_CALLS => StatusCode::TOO_MANY_REQUESTS,
        code::SERVER_FULL | code::STORE_FAILED | code::NOT_LOADED => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The end of a message about a limit: the setting that raises it.
pub(crate) fn raised_by(setting: &str) -> String {
    format!("; help: the operator can raise `{setting}`, in server.toml or for the deployment")
}

impl From<Error<ActionError>> for Problem {
    fn from(error: Error<ActionError>) -> Self {
        let mut detail = error.to_string();
        if let Error::Limit(limit) = &error {
            let setting = match limit {
                Limit::Time { .. } => "time-ms",
                Limit::Memory { .. } => "memory-bytes",
                Limit::Output { .. } => "result-bytes",
            };
            detail.push_str(&raised_by(setting));
        }
        let problem = Self::new(error.code(), detail);
        match error {
            Error::NotFound { known, .. } => problem.with("known", known),
            Error::Arguments(violations) => {
                let violations: Vec<Value> = (violations.into_iter())
                    .map(|it| json!({ "path": it.path, "reason": it.reason }))
                    .collect();
                problem.with("violations", violations)
            }
            Error::Action(error) => problem.with("error", error.value),
            Error::Trap(trap) => {
                let problem = problem.with("trap", trap.message);
                match trap.place {
                    Some(place) => problem.with("place", place),
                    None => problem,
                }
            }
            Error::Limit(limit) => {
                let (kind, allowed) = match limit {
                    Limit::Time { allowed } => {
                        ("time", u64::try_from(allowed.as_millis()).unwrap_or(u64::MAX))
                    }
                    Limit::Memory { allowed } => ("memory", allowed as u64),
                    Limit::Output { allowed } => ("result", allowed as u64),
                };
                let problem = problem.with("limit", json!({ "kind": kind, "allowed": allowed }));
                match kind {
                    "time" => problem.of_status(StatusCode::GATEWAY_TIMEOUT),
                    _ => problem,
                }
            }
            Error::Full => problem.retry_after(1),
            // No extension of a server runs on another one.
            Error::Runtime(_) | Error::Server(_) => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(code::STORE_FAILED, format!("the server's store failed: {error}")).retry_after(5)
    }
}

impl From<ext_registry::Error> for Problem {
    fn from(error: ext_registry::Error) -> Self {
        Self::new(code::PACKAGE_REFUSED, format!("{} ({})", error.message(), error.help()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, self.to_json().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        // RFC 6750, section 3.1: who gave no token is told nothing of errors.
        let challenge = match &self.0.refusal {
            Some(Refusal::InvalidToken(_)) => Some("Bearer error=\"invalid_token\""),
            Some(Refusal::NotCovered { .. }) => Some("Bearer error=\"insufficient_scope\""),
            _ => (self.0.code == code::NO_TOKEN).then_some("Bearer"),
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        // For whoever counts it, or makes a page of it.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_name_the_setting_that_raises_them() {
        let problem = Problem::from(Error::Limit(Limit::Output { allowed: 1000 }));
        assert_eq!(problem.member("limit"), Some(&json!({ "kind": "result", "allowed": 1000 })));
        assert!(problem.detail().contains("1000 bytes; help: "), "{}", problem.detail());
        assert!(problem.detail().contains("`result-bytes`"), "{}", problem.detail());
    }

    #[test]
    fn without_room_it_is_worth_trying_again() {
        let response = Problem::from(Error::Full).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
