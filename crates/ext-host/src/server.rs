//! Where locked packages run: in this process, or on a platform server. The first of these
//! decides:
//!
//! 1. the program: `HostBuilder::server` or `HostBuilder::in_process`;
//! 2. the variable `EXT_SERVER`: an address, or `in-process`;
//! 3. `server` in `[package.metadata.ext]` of the application's Cargo.toml, which its generated
//!    clients know;
//! 4. else they run in this process.
//!
//! All of it is looked at when a locked package is loaded, so that hosts which load none do not
//! care.

mod error;

use std::sync::Arc;

pub use error::ServerError;

/// The variable with a server's address.
const SERVER: &str = "EXT_SERVER";
/// The value of [`SERVER`] that means none.
const IN_PROCESS: &str = "in-process";
/// The variable with the token to show there.
#[cfg(feature = "remote")]
pub const TOKEN: &str = "EXT_TOKEN";

/// What the program said.
#[derive(Default)]
pub struct Settings {
    pub place: Option<Place>,
    /// Instead of `EXT_TOKEN`.
    pub token: Option<String>,
    pub trace: Option<Tracer>,
}

/// Asked for each call's [`Trace`].
pub type Tracer = Arc<dyn Fn() -> Trace + Send + Sync>;

/// Where to run.
pub enum Place {
    Here,
    Server(String),
}

/// The server that packages should run on.
#[derive(Debug, PartialEq)]
pub struct Asked {
    pub address: String,
    /// Who asked.
    pub by: &'static str,
}

/// What a call is a part of: shown in the logs and traces of a platform server, and told to the
/// servers that an action asks itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Of the request that the program itself serves: 1–128 of `[A-Za-z0-9._-]`, else it is not
    /// passed on.
    pub request_id: Option<String>,
    /// As W3C's Trace Context writes it.
    pub traceparent: Option<String>,
    /// What tracing systems keep for themselves (Trace Context, section 3.3).
    pub tracestate: Option<String>,
}

impl Settings {
    /// The server to ask for a locked package, if one should be asked.
    pub fn asked(&self, locked: Option<&str>) -> Option<Asked> {
        let variable = std::env::var(SERVER).ok();
        asked(self.place.as_ref(), variable.as_deref(), locked)
    }
}

fn asked(program: Option<&Place>, variable: Option<&str>, locked: Option<&str>) -> Option<Asked> {
    let ask = |address: &str, by| Some(Asked { address: address.to_owned(), by });
    match (program, variable.map(str::trim), locked) {
        (Some(Place::Here), ..) | (None, Some(IN_PROCESS), _) => None,
        (Some(Place::Server(address)), ..) => ask(address, "the program"),
        (None, Some(address), _) if !address.is_empty() => ask(address, SERVER),
        (None, _, Some(address)) => ask(address, "`server` in Cargo.toml"),
        (None, _, None) => None,
    }
}

#[cfg(not(feature = "remote"))]
impl Asked {
    /// What to do about it.
    pub fn without_feature(self) -> ServerError {
        let message = format!(
            "{} asks for it, and this program was built without the feature `remote` of ext-host: \
             run `cargo add ext-host --features remote`, and build it again",
            self.by
        );
        ServerError::new(&self.address, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides() {
        let server = Place::Server("http://a".into());
        for (program, variable, locked, expected) in [
            (None, None, None, None),
            (None, None, Some("http://c"), Some(("http://c", "`server` in Cargo.toml"))),
            (None, Some(""), Some("http://c"), Some(("http://c", "`server` in Cargo.toml"))),
            (None, Some(" http://b\n"), Some("http://c"), Some(("http://b", "EXT_SERVER"))),
            (None, Some("in-process"), Some("http://c"), None),
            (Some(&server), Some("in-process"), None, Some(("http://a", "the program"))),
            (Some(&Place::Here), Some("http://b"), Some("http://c"), None),
        ] {
            let expected = expected.map(|(address, by)| Asked { address: address.into(), by });
            assert_eq!(asked(program, variable, locked), expected);
        }
    }
}
