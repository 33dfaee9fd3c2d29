//! Why a platform server gave no result.

use std::fmt;
use std::time::Duration;

use ext_definition::code::{self, Code};

/// Why a platform server gave neither a result nor an error of the action's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerError {
    /// Its address.
    pub server: String,
    /// What is wrong.
    pub message: String,
    /// The status that it answered with, if it answered.
    pub status: Option<u16>,
    /// The code of what it says is wrong, such as `EXT1007`.
    pub reason: Option<String>,
    /// Under which the server's log has the call.
    pub request_id: Option<String>,
    /// When it may be worth another try.
    pub retry_after: Option<Duration>,
    /// Whether the action may have run all the same: the answer was lost, or not understood.
    pub may_have_run: bool,
}

impl ServerError {
    pub(crate) fn new(server: &str, message: impl Into<String>) -> Self {
        Self {
            server: server.to_owned(),
            message: message.into(),
            status: None,
            reason: None,
            request_id: None,
            retry_after: None,
            may_have_run: false,
        }
    }

    /// The server's code, if it is one that is known here; else that of servers which cannot be
    /// used.
    pub fn code(&self) -> Code {
        self.reason.as_deref().and_then(code::find).unwrap_or(code::SERVER)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the server {}: {}", self.server, self.message)?;
        match &self.request_id {
            Some(id) => write!(formatter, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ServerError {}
