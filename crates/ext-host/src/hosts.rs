//! The hosts to which an extension may send requests.

use ext_definition::package::rules;

use crate::error::LoadError;

/// Hosts that are asked for, and hosts that are granted.
#[derive(Debug, Default)]
pub struct Hosts {
    asked: Vec<Pattern>,
    granted: Vec<Pattern>,
}

impl Hosts {
    pub fn of(asked: &[String], granted: &[String]) -> Result<Self, LoadError> {
        let patterns = |texts: &[String]| {
            texts.iter().map(|it| Pattern::of(it)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { asked: patterns(asked)?, granted: patterns(granted)? })
    }

    /// Whether a request may go to this port of a host, written in small letters.
    #[cfg_attr(not(any(feature = "http", test)), expect(dead_code, reason = "nobody sends"))]
    pub fn allow(&self, host: &str, port: u16) -> bool {
        self.are_asked(host, port) && self.granted.iter().any(|it| it.covers(host, port))
    }

    /// Whether the manifest requests this port of a host.
    pub fn are_asked(&self, host: &str, port: u16) -> bool {
        self.asked.iter().any(|it| it.covers(host, port))
    }
}

/// `api.example.com`, `*.example.com`, with `:PORT` behind perhaps.
#[derive(Debug)]
struct Pattern {
    /// In small letters, without what stands for any name below.
    host: String,
    /// Whether it is about the names below, at any depth, and not the host itself.
    below: bool,
    /// `None`: those of the schemes, 443 and 80.
    port: Option<u16>,
}

impl Pattern {
    fn of(text: &str) -> Result<Self, LoadError> {
        if !rules::host(text) {
            return Err(LoadError::Grant(format!(
                "`{text}` is no host such as `api.example.com`, `*.example.com` or `localhost:8080`"
            )));
        }
        let (below, host) = match text.strip_prefix("*.") {
            Some(host) => (true, host),
            None => (false, text),
        };
        let (host, port) = match host.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (host, None),
        };
        Ok(Self { host: host.to_ascii_lowercase(), below, port })
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        let named = match self.below {
            // An address has nothing below it.
            true => host
                .strip_suffix(&self.host)
                .and_then(|it| it.strip_suffix('.'))
                .is_some_and(|it| !it.is_empty() && host.contains(|it: char| it.is_alphabetic())),
            false => host == self.host,
        };
        named && self.port.map_or(matches!(port, 80 | 443), |it| it == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(asked: &[&str], granted: &[&str]) -> Result<Hosts, LoadError> {
        let texts = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        Hosts::of(&texts(asked), &texts(granted))
    }

    #[test]
    fn asked_for_and_granted() {
        let both = hosts(
            &["API.example.com", "*.example.org", "localhost:8080", "*.1"],
            &["*.example.com", "*.example.org", "localhost:8080", "other.net", "*.1"],
        );
        let both = both.unwrap_or_else(|error| panic!("{error}"));
        for (host, port, expected) in [
            ("api.example.com", 443, true),
            ("api.example.com", 80, true),
            ("api.example.com", 8080, false),
            ("api.example.com.", 443, false),
            ("www.example.com", 443, false),
            ("a.example.org", 443, true),
            ("a.b.example.org", 443, true),
            ("example.org", 443, false),
            (".example.org", 443, false),
            ("badexample.org", 443, false),
            ("localhost", 8080, true),
            ("localhost", 80, false),
            ("other.net", 443, false),
            ("127.0.0.1", 80, false),
            ("", 80, false),
        ] {
            assert_eq!(both.allow(host, port), expected, "{host}:{port}");
        }
    }

    #[test]
    fn what_is_no_host_is_not_granted() {
        for text in ["*", "https://example.com", "example.com/a", "[::1]", "a.*.com", "u@a.com", ""]
        {
            assert!(hosts(&[], &[text]).is_err(), "{text}");
        }
    }
}
