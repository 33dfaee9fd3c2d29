//! Addresses of servers, and of what they serve.

use std::fmt::Write as _;

use ureq::http::Uri;

use crate::extension::Locked;

/// An address without its end's slash, or what is wrong with it.
pub fn server(address: &str) -> Result<String, String> {
    let expected = "no server's address, such as https://ext.example.com";
    let uri: Uri =
        address.parse().map_err(|error| format!("`{address}` is {expected}: {error}"))?;
    let authority = uri.authority().map(|it| it.as_str()).unwrap_or_default();
    match uri.scheme_str() {
        // Never shown: what stands before an `@` is a password.
        _ if authority.contains('@') => {
            Err("an address has no user and no password: the token is `EXT_TOKEN`".into())
        }
        Some("http" | "https") if uri.query().is_none() && !address.contains('#') => {
            Ok(address.trim_end_matches('/').to_owned())
        }
        _ => Err(format!("`{address}` is {expected}")),
    }
}

/// Whether nothing leaves the machine, so that proxies are not asked.
pub fn is_loopback(address: &str) -> bool {
    let host = address.parse::<Uri>().ok().and_then(|it| it.host().map(str::to_owned));
    let host = host.as_deref().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// The path of a locked package, of this version and no other that is compatible. Generated code
/// holds the names, which a stranger chose.
pub fn package(locked: &Locked) -> String {
    let (namespace, name) = locked.name.split_once(':').unwrap_or(("", locked.name));
    format!("/v1/{}/{}@%3D{}", encoded(namespace), encoded(name), encoded(locked.version))
}

fn encoded(segment: &str) -> String {
    let mut encoded = String::new();
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            // Writing to a `String` cannot fail.
            other => drop(write!(encoded, "%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (address, expected) in [
            ("https://ext.example.com", Some("https://ext.example.com")),
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080")),
            ("https://example.com/platform/", Some("https://example.com/platform")),
            ("ftp://example.com", None),
            ("example.com", None),
            ("", None),
            ("https://", None),
            ("https://example.com/?a=1", None),
            ("https://example.com/#a", None),
            ("https://ada:secret@example.com", None),
        ] {
            let found = server(address);
            assert_eq!(found.as_deref().ok(), expected, "{address}: {found:?}");
            assert!(!found.is_err_and(|it| it.contains("secret")));
        }
    }

    #[test]
    fn machines() {
        for here in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:80/x"] {
            assert!(is_loopback(here), "{here}");
        }
        assert!(!is_loopback("http://localhost.example.com"));
    }

    #[test]
    fn packages() {
        let locked = Locked { name: "acme:a/../b", version: "1.0.0+x", digest: "", server: None };
        assert_eq!(package(&locked), "/v1/acme/a%2F..%2Fb@%3D1.0.0%2Bx");
    }
}
