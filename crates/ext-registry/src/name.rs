//! Names of packages, and references to them.

use std::fmt;
use std::str::FromStr;

use ext_definition::naming::check_package;
use semver::VersionReq;

use crate::{Error, ErrorKind};

/// The name of a package: `acme:orders`.
///
/// Both parts are in kebab-case: words of lowercase ASCII letters and digits,
/// separated by single hyphens, a letter first, 50 characters at most
/// ([`check_package`]). Such a name
/// is a WIT package name, an OCI repository name and a safe pair of folder names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName {
    namespace: String,
    name: String,
}

impl PackageName {
    /// The name made of the two parts, each checked.
    pub fn new(namespace: &str, name: &str) -> Result<Self, Error> {
        for (what, part) in [("namespace", namespace), ("name", name)] {
            if let Err(reason) = check_package(part) {
                return Err(ErrorKind::InvalidName {
                    text: format!("{namespace}:{name}"),
                    reason: format!("the {what} `{part}` is none: {reason}"),
                }
                .into());
            }
        }
        Ok(Self { namespace: namespace.into(), name: name.into() })
    }

    /// The part before the colon.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The part after the colon.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether `part` could be the namespace or the name of a package.
pub(crate) fn is_part(part: &str) -> bool {
    check_package(part).is_ok()
}

impl FromStr for PackageName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once(':') {
            Some((namespace, name)) => Self::new(namespace, name),
            None => Err(ErrorKind::InvalidName {
                text: text.into(),
                reason: "there is no colon between namespace and name".into(),
            }
            .into()),
        }
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.name)
    }
}

/// A package and the versions of it that will do: `acme:orders`, `acme:orders@1.2`,
/// `acme:orders@=1.2.3`.
///
/// The requirement means what it means in Cargo: `1.2` is `^1.2`, and a pre-release
/// only matches a requirement that names a pre-release of the same version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRef {
    /// The package.
    pub name: PackageName,
    /// The versions that will do; `*` when the text names none.
    pub req: VersionReq,
}

impl FromStr for PackageRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, req) = match text.split_once('@') {
            None => (text, VersionReq::STAR),
            Some((name, req)) => {
                let req = VersionReq::parse(req).map_err(|error| ErrorKind::InvalidReference {
                    text: text.into(),
                    reason: format!("`{req}` is not a version requirement: {error}"),
                })?;
                (name, req)
            }
        };
        Ok(Self { name: name.parse()?, req })
    }
}

impl fmt::Display for PackageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.req == VersionReq::STAR {
            return self.name.fmt(f);
        }
        write!(f, "{}@{}", self.name, self.req)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_will_do() {
        let long = format!("{0}:{0}", "a".repeat(50));
        for text in ["acme:orders", "a:b", "acme-2:orders-v2-3", "a1:b2", &long] {
            assert_eq!(text.parse::<PackageName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn names_that_will_not() {
        let long = format!("acme:{}", "a".repeat(51));
        for (text, reason) in [
            ("orders", "there is no colon"),
            ("", "there is no colon"),
            (":orders", "the namespace `` is none: it is empty"),
            ("acme:", "the name `` is none: it is empty"),
            ("Acme:orders", "lower-case words"),
            ("acme:2orders", "start with a letter"),
            ("acme:-orders", "start with a letter"),
            ("acme:ordersX", "lower-case words"),
            ("acme:or_ders", "lower-case words"),
            ("acme:orders:x", "lower-case words"),
            ("acme:örders", "start with a letter"),
            ("acme:..", "start with a letter"),
            ("acme:a/../b", "lower-case words"),
            ("acme:a--b", "single hyphens"),
            ("acme:a-", "single hyphens"),
            (&long, "more than 50"),
        ] {
            let error = text.parse::<PackageName>().unwrap_err();
            assert_eq!(error.code(), "EXT0301", "{text}");
            assert!(error.message().contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn references() {
        for (text, shown) in [
            ("acme:orders", "acme:orders"),
            ("acme:orders@*", "acme:orders"),
            ("acme:orders@1.2", "acme:orders@^1.2"),
            ("acme:orders@=1.2.3", "acme:orders@=1.2.3"),
            ("acme:orders@>=1.2, <2", "acme:orders@>=1.2, <2"),
        ] {
            let reference = text.parse::<PackageRef>().unwrap();
            assert_eq!(reference.to_string(), shown);
            assert_eq!(shown.parse::<PackageRef>().unwrap(), reference);
        }
        for (text, code) in [
            ("acme:orders@", "EXT0302"),
            ("acme:orders@latest", "EXT0302"),
            ("acme:orders@1@2", "EXT0302"),
            ("acme@1.2", "EXT0301"),
        ] {
            assert_eq!(text.parse::<PackageRef>().unwrap_err().code(), code);
        }
    }
}
