//! A platform server, as the verbs talk to it.

mod lines;
mod problem;

use std::net::IpAddr;
use std::time::Duration;

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::location::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response, Uri};
use ureq::{Agent, Body};

use crate::cli::Remote;
use crate::failure::Failure;

pub use lines::Lines;
pub use problem::Problem;

/// Where `cargo ext serve` listens, unless it is told otherwise.
const DEFAULT: &str = "http://127.0.0.1:8470";

/// Largest answer that is read at once, in bytes.
const MAX_ANSWER: u64 = 64 << 20;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an answer may take to begin.
const BEGIN: Duration = Duration::from_secs(60);

/// A server.
pub struct Server {
    address: String,
    token: Option<String>,
    agent: Agent,
}

impl Server {
    /// The server that is asked for, else that of the variable, of the settings, of this
    /// machine.
    pub fn find(remote: &Remote) -> Result<Self, Failure> {
        let variable = |name| std::env::var(name).ok().filter(|it: &String| !it.is_empty());
        let address = match remote.server.clone().or_else(|| variable("EXT_SERVER")) {
            Some(address) => address,
            None => Settings::load()?.server.unwrap_or_else(|| DEFAULT.to_owned()),
        };
        Self::at(&address, variable("EXT_TOKEN"))
    }

    fn at(address: &str, token: Option<String>) -> Result<Self, Failure> {
        let address = address.trim_end_matches('/');
        let wrong = |reason: &str| {
            let message = format!("`{address}` is no address of a server: {reason}");
            let help = format!("write it as in {DEFAULT}");
            Failure::usage(Diagnostic::error(code::SERVER_UNREACHABLE, message).help(help))
        };
        let uri: Uri = address
            .parse()
            .map_err(|error: ureq::http::uri::InvalidUri| wrong(&error.to_string()))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("it begins with neither http:// nor https://"));
        }
        if uri.query().is_some() {
            return Err(wrong("it has a query"));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A token goes where it was meant to go, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(BEGIN));
        if is_loopback(uri.host().unwrap_or_default()) {
            // No proxy leads to this machine.
            config = config.proxy(None);
        }
        Ok(Self { address: address.to_owned(), token, agent: config.build().into() })
    }

    /// Its address, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where the actions of a package are.
    pub fn of_package(&self, name: &ext_registry::PackageName) -> String {
        format!("{}/v1/{}/{}", self.address, name.namespace(), name.name())
    }

    /// Asks for something.
    pub fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, Failure> {
        self.read(self.request(Method::GET, &format!("{path}{}", encoded(query)), None)?)
    }

    /// Asks for lines of JSON, as they come.
    pub fn follow(&self, path: &str, query: &[(&str, String)]) -> Result<Lines, Failure> {
        let path = format!("{path}{}", encoded(query));
        Ok(Lines::of(self.request(Method::GET, &path, None)?, &self.address))
    }

    /// Sends something.
    pub fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.read(self.request(Method::POST, path, Some(json(body)))?)
    }

    /// Sends something that is answered line by line.
    pub fn post_lines(&self, path: &str, body: &impl Serialize) -> Result<Lines, Failure> {
        Ok(Lines::of(self.request(Method::POST, path, Some(json(body)))?, &self.address))
    }

    /// Removes something.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.read(self.request(Method::DELETE, path, None)?)
    }

    /// An answer that is no problem.
    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answered = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body);
                request.map_err(ureq::Error::from).and_then(|it| self.agent.run(it))
            }
            None => request.body(()).map_err(ureq::Error::from).and_then(|it| self.agent.run(it)),
        };
        let response = answered.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let text = self.text(response)?;
        match serde_json::from_str::<Problem>(&text) {
            Ok(problem) => Err(problem.into_failure()),
            Err(_) => Err(self.foreign(&format!("it answers with status {status}"))),
        }
    }

    fn read<T: DeserializeOwned>(&self, response: Response<Body>) -> Result<T, Failure> {
        let text = match self.text(response)? {
            // An answer without content.
            text if text.is_empty() => "null".to_owned(),
            text => text,
        };
        serde_json::from_str(&text).map_err(|error| self.foreign(&error.to_string()))
    }

    fn text(&self, mut response: Response<Body>) -> Result<String, Failure> {
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string();
        body.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        let message = format!("no server answers at {}: {error}", self.address);
        let help = "`cargo ext serve` starts one here; `--server URL` or the variable EXT_SERVER \
                    names another";
        Failure::environment(Diagnostic::error(code::SERVER_UNREACHABLE, message).help(help))
    }

    fn foreign(&self, reason: &str) -> Failure {
        let message =
            format!("what answers at {} is no server of cargo ext: {reason}", self.address);
        let help = "`--server URL` or the variable EXT_SERVER names the server";
        Failure::environment(Diagnostic::error(code::SERVER_UNREACHABLE, message).help(help))
    }
}

fn json(body: &impl Serialize) -> String {
    // Structures of ours with keys that are strings: writing them cannot fail.
    serde_json::to_string(body).unwrap_or_default()
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn encoded(query: &[(&str, String)]) -> String {
    let pairs: Vec<String> =
        query.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// A text as a part of an address: all but the unreserved characters of RFC 3986 in
/// percent-encoding.
pub fn segment(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let address = |text: &str| Server::at(text, None).map(|it| it.address).ok();
        assert_eq!(address("http://localhost:8470/").unwrap(), "http://localhost:8470");
        assert_eq!(address("https://ext.example/base").unwrap(), "https://ext.example/base");
        for wrong in ["", "localhost:8470", "ftp://x", "http://", "http://x?y=1", "file:///x"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn parts_of_addresses() {
        assert_eq!(segment("a-1.2_~"), "a-1.2_~");
        assert_eq!(segment(">=1, <2/é"), "%3E%3D1%2C%20%3C2%2F%C3%A9");
        let query = [("a", "x:y".to_owned()), ("b", "1".to_owned())];
        assert_eq!(encoded(&query), "?a=x%3Ay&b=1");
        assert_eq!(encoded(&[]), "");
        assert!(is_loopback("[::1]") && is_loopback("127.1.2.3") && !is_loopback("example.com"));
    }
}
