//! Problem details (RFC 9457) back into what they were on the server.

use std::time::Duration;

use ext_definition::code::{self, Code};
use ext_definition::values::Violation;
use serde::Deserialize;
use serde_json::Value;

use super::connection::Answer;
use crate::error::{CANNOT_RUN, Error, Limit, Trap};
use crate::server::ServerError;

/// What the server says; of what another program says, whatever is there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    title: String,
    detail: String,
    code: Option<String>,
    known: Vec<String>,
    violations: Vec<Broken>,
    error: Value,
    trap: String,
    place: Option<String>,
    limit: Option<Reached>,
}

/// A violation.
#[derive(Debug, Deserialize)]
struct Broken {
    path: String,
    reason: String,
}

/// The limit that was reached.
#[derive(Debug, Deserialize)]
struct Reached {
    kind: String,
    /// Milliseconds or bytes.
    allowed: u64,
}

impl Problem {
    /// What the call gives, if the problem is one of calls; else `error` with what is known.
    pub fn answer(self, action: &str, error: ServerError) -> Result<Answer, Error> {
        let is = |code: Code| self.code.as_deref() == Some(code.0);
        if is(code::ACTION_FAILED) {
            return Ok(Answer::Action { message: self.detail, value: self.error });
        }
        Err(match self.limit.as_ref().and_then(Reached::limit) {
            Some(limit) if is(code::LIMIT) => Error::Limit(limit),
            _ if is(code::ACTION_UNKNOWN) => {
                Error::NotFound { action: action.to_owned(), known: self.known }
            }
            _ if is(code::ARGUMENTS) && !self.violations.is_empty() => {
                let violations = self.violations.into_iter();
                Error::Arguments(
                    violations.map(|Broken { path, reason }| Violation { path, reason }).collect(),
                )
            }
            _ if is(code::TRAPPED) => Error::Trap(Trap { message: self.trap, place: self.place }),
            _ if is(code::LOAD) => {
                let reason = self.detail.strip_prefix(CANNOT_RUN).unwrap_or(&self.detail);
                Error::Runtime(reason.to_owned())
            }
            _ => Error::Server(Box::new(self.of_server(error))),
        })
    }

    /// A problem of the server itself.
    pub fn of_server(self, mut error: ServerError) -> ServerError {
        let said = [self.detail, self.title].into_iter().find(|it| !it.is_empty());
        error.message = match (said, &self.code) {
            (Some(said), _) => said,
            (None, Some(code)) => format!("it answered with {code}"),
            (None, None) => error.message,
        };
        error.reason = self.code;
        error
    }
}

impl Reached {
    fn limit(&self) -> Option<Limit> {
        let bytes = || usize::try_from(self.allowed).unwrap_or(usize::MAX);
        Some(match self.kind.as_str() {
            "time" => Limit::Time { allowed: Duration::from_millis(self.allowed) },
            "memory" => Limit::Memory { allowed: bytes() },
            // Servers said "output" before.
            "result" | "output" => Limit::Output { allowed: bytes() },
            _ => return None,
        })
    }
}
