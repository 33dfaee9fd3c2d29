//! What reaches an extension: asked for in its manifest, and granted by the program.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ext_definition::package::Permissions;

use crate::error::LoadError;
use crate::hosts::Hosts;
use crate::mask::{Mask, Secrets};
use crate::options::Grants;

/// What each instance of an extension gets.
#[derive(Default)]
pub struct Granted {
    /// Secrets among them.
    pub environment: Vec<(String, String)>,
    /// Found to be there when the extension was loaded.
    pub folders: Vec<PathBuf>,
    /// Requested variables that have no value.
    pub denied_variables: Vec<String>,
    /// Requested folders of which nothing is granted.
    pub denied_folders: Vec<String>,
    /// Where it may send requests.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "nobody sends"))]
    pub hosts: Arc<Hosts>,
    /// The values of secrets.
    pub mask: Arc<Mask>,
}

impl Granted {
    pub fn of(asked: &Permissions, grants: &Grants) -> Result<Self, LoadError> {
        let hosts = Arc::new(Hosts::of(&asked.http, &grants.http)?);
        let mut granted = Self { hosts, ..Self::default() };
        let mut secrets = Secrets::default();
        for name in &asked.environment {
            let secret = grants.secrets.get(name);
            secret.into_iter().for_each(|it| secrets.add(it));
            match secret.or_else(|| grants.environment.get(name)) {
                Some(value) => granted.environment.push((name.clone(), value.clone())),
                None => granted.denied_variables.push(name.clone()),
            }
        }
        granted.mask = Arc::new(Mask::of(secrets));
        granted.denied_folders = asked.folders.clone();
        for folder in &grants.folders {
            check(folder)?;
            for asked in &asked.folders {
                let both = both(folder, Path::new(asked))?;
                if both.is_some() {
                    granted.denied_folders.retain(|it| it != asked);
                }
                granted.folders.extend(both.filter(|it| !granted.folders.contains(it)));
            }
        }
        Ok(granted)
    }
}

/// The operator writes where a folder is, and not how to get there: `..` would make the
/// comparison of paths a comparison of words.
fn check(folder: &Path) -> Result<(), LoadError> {
    let plain = folder.components().all(|it| !matches!(it, Component::ParentDir));
    match folder.is_absolute() && plain {
        true => Ok(()),
        false => Err(LoadError::Grant(format!(
            "the folder `{}` is not an absolute path without `..`",
            folder.display()
        ))),
    }
}

/// The folder that is both asked for and granted: the one that is below the other.
fn both(granted: &Path, asked: &Path) -> Result<Option<PathBuf>, LoadError> {
    let inner = match (granted.starts_with(asked), asked.starts_with(granted)) {
        (true, _) => granted,
        (false, true) => asked,
        (false, false) => return Ok(None),
    };
    let real = |folder: &Path| {
        let failed = |error| LoadError::File(folder.to_owned(), error);
        let real = fs::canonicalize(folder).map_err(failed)?;
        match real.is_dir() {
            true => Ok(real),
            false => Err(failed(std::io::ErrorKind::NotADirectory.into())),
        }
    };
    // A symbolic link below what is granted may lead out of it, and the extension chose it.
    match real(inner)?.starts_with(real(granted)?) {
        true => Ok(Some(inner.to_owned())),
        false => Err(LoadError::Grant(format!(
            "the folder `{}` leads out of `{}`, which is granted",
            inner.display(),
            granted.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(environment: &[&str], folders: &[&Path]) -> Permissions {
        Permissions {
            environment: environment.iter().map(|it| (*it).to_owned()).collect(),
            folders: folders.iter().map(|it| it.display().to_string()).collect(),
            ..Permissions::default()
        }
    }

    fn granted(asked: &Permissions, grants: &Grants) -> Granted {
        Granted::of(asked, grants).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn variables_that_are_asked_for_and_granted() {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let grants = Grants {
            environment: pairs(&[("A", "1"), ("B", "2"), ("C", "3")]),
            secrets: pairs(&[("C", "hidden"), ("D", "unasked")]),
            ..Grants::default()
        };
        let got = granted(&asked(&["B", "C", "E"], &[]), &grants);
        let got_pairs: Vec<_> =
            got.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(got_pairs, [("B", "2"), ("C", "hidden")]);
        assert_eq!(got.denied_variables, ["E"]);
        assert_eq!(got.mask.text("hidden unasked"), "*** unasked");
        assert!(!format!("{grants:?}").contains("hidden"));
    }

    #[test]
    #[cfg(unix)]
    fn folders_that_are_asked_for_and_granted() {
        let root = tempfile::tempdir().unwrap();
        let root = &root.path().canonicalize().unwrap();
        let (data, inner) = (&root.join("data"), &root.join("data/inner"));
        let (other, link) = (&root.join("data2"), &root.join("data/link"));
        for folder in [inner, other] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::os::unix::fs::symlink(other, link).unwrap();
        let grants =
            |folder: &Path| Grants { folders: vec![folder.to_owned()], ..Grants::default() };
        for (ask, grant, expected) in [
            (data, data, Some(data)),
            (inner, data, Some(inner)),
            (data, inner, Some(inner)),
            (other, data, None),
            // The operator's own link is meant.
            (link, link, Some(link)),
            (data, link, Some(link)),
        ] {
            let got = granted(&asked(&[], &[ask]), &grants(grant));
            assert_eq!(got.folders.first(), expected, "{ask:?} {grant:?}");
            assert_eq!(got.denied_folders.is_empty(), expected.is_some(), "{ask:?} {grant:?}");
        }
        for (ask, grant) in [
            (data, Path::new("data")),
            (data, &root.join("data/../data")),
            (&root.join("nowhere"), root),
            (link, data),
        ] {
            assert!(Granted::of(&asked(&[], &[ask]), &grants(grant)).is_err(), "{ask:?} {grant:?}");
        }
    }
}
