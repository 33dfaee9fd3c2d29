//! Answers that come line by line.

use std::io::{BufRead, BufReader, Read};

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::{Body, BodyReader};

use crate::failure::Failure;

/// Longest line that is read, in bytes.
const MAX_LINE: u64 = 16 << 20;

/// Lines of JSON, as a server sends them.
pub struct Lines {
    reader: BufReader<BodyReader<'static>>,
    address: String,
}

impl Lines {
    pub(super) fn of(response: Response<Body>, address: &str) -> Self {
        let reader = BufReader::new(response.into_body().into_reader());
        Self { reader, address: address.to_owned() }
    }

    /// The next line; `None` at the end.
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        let mut line = Vec::new();
        // A server says with empty lines that it is there.
        while line.trim_ascii().is_empty() {
            line.clear();
            let read = (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| self.broken(&error.to_string()))? == 0 {
                return Ok(None);
            }
        }
        if !line.ends_with(b"\n") {
            return Err(self.broken("a line has no end"));
        }
        serde_json::from_slice(&line).map(Some).map_err(|error| self.broken(&error.to_string()))
    }

    /// What is to be said when lines end that should not have ended.
    pub fn broken(&self, reason: &str) -> Failure {
        let message = format!("the answer of {} broke off: {reason}", self.address);
        let help = "the server goes on with what it has begun: `cargo ext deployments` and \
                    `cargo ext history` show what became of it";
        Failure::environment(Diagnostic::error(code::SERVER_UNREACHABLE, message).help(help))
    }
}
