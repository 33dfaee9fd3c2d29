//! What can go wrong, in words that say what is wrong, where, and the way out.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::{Digest, PackageName};

/// Every code that this crate reports, with its title. A code never changes its
/// meaning and is never used again for another.
pub const CODES: &[(&str, &str)] = &[
    ("EXT0301", "invalid package name"),
    ("EXT0302", "invalid package reference"),
    ("EXT0303", "invalid digest"),
    ("EXT0304", "package cannot be published as it is"),
    ("EXT0305", "registry not found"),
    ("EXT0306", "package not found"),
    ("EXT0307", "version not found"),
    ("EXT0308", "version exists with other content"),
    ("EXT0309", "digest differs from the expected one"),
    ("EXT0310", "corrupt file in the registry"),
    ("EXT0311", "not an extension package"),
    ("EXT0312", "too large"),
    ("EXT0313", "registry is busy"),
    ("EXT0314", "file system error"),
    ("EXT0320", "invalid lock file"),
    ("EXT0321", "lock file of another version"),
    ("EXT0322", "merge conflict in the lock file"),
    ("EXT0330", "invalid settings"),
];

/// An error of this crate: [`message`](Error::message), [`place`](Error::place) and
/// [`help`](Error::help) for a renderer of diagnostics, all three when displayed.
// Boxed, so that the good path carries a pointer and not the largest variant.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

/// What is wrong, for programs.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A text is not a package name.
    InvalidName {
        /// The text.
        text: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// A text is not a package reference.
    InvalidReference {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A text is not a digest.
    InvalidDigest {
        /// The text.
        text: String,
    },
    /// A publish asks for something that cannot be stored.
    InvalidRequest {
        /// What is wrong.
        reason: String,
        /// The way out.
        help: &'static str,
    },
    /// There is no registry.
    RegistryNotFound {
        /// Where it was looked for.
        root: PathBuf,
    },
    /// The registry has no such package.
    PackageNotFound {
        /// The package.
        name: PackageName,
        /// The registry.
        root: PathBuf,
        /// The name that was probably meant.
        nearest: Option<PackageName>,
    },
    /// The package has no such version.
    VersionNotFound {
        /// The package.
        name: PackageName,
        /// The version or the requirement.
        wanted: String,
        /// The versions that exist, in ascending order.
        existing: Vec<Version>,
        /// The registry.
        root: PathBuf,
    },
    /// The version was published before, with another component.
    VersionExists {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// The digest of the component in the registry.
        existing: Digest,
        /// The digest of the component that was to be published.
        new: Digest,
        /// The registry.
        root: PathBuf,
    },
    /// The registry holds another package than the caller pinned.
    DigestMismatch {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// The manifest digest that the caller expects.
        expected: Digest,
        /// The manifest digest in the registry.
        found: Digest,
        /// The file that says so.
        path: PathBuf,
    },
    /// A file of the registry is damaged.
    Corrupt {
        /// The file.
        path: PathBuf,
        /// How it shows.
        reason: String,
    },
    /// A file is sound but not what an extension package consists of.
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// Something is larger than this crate reads or writes.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its file, if it is one.
        path: Option<PathBuf>,
        /// Its size in bytes.
        size: u64,
        /// The largest size allowed, in bytes.
        limit: u64,
    },
    /// Another process publishes the same package, for long.
    Busy {
        /// The file that it holds locked.
        path: PathBuf,
    },
    /// The operating system refused something.
    Io {
        /// What was attempted: "read", "write", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it was refused.
        source: io::Error,
    },
    /// `Ext.lock` is not well-formed.
    LockInvalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        reason: String,
    },
    /// The settings file is not well-formed.
    SettingsInvalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// `Ext.lock` is of a version that this crate does not know.
    LockVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// `Ext.lock` has merge-conflict markers.
    LockConflict {
        /// The file.
        path: PathBuf,
        /// The line of the first marker, from 1.
        line: usize,
    },
}

impl Error {
    /// What is wrong, for programs.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The stable code, one of [`CODES`].
    pub fn code(&self) -> &'static str {
        match self.kind() {
            ErrorKind::InvalidName { .. } => "EXT0301",
            ErrorKind::InvalidReference { .. } => "EXT0302",
            ErrorKind::InvalidDigest { .. } => "EXT0303",
            ErrorKind::InvalidRequest { .. } => "EXT0304",
            ErrorKind::RegistryNotFound { .. } => "EXT0305",
            ErrorKind::PackageNotFound { .. } => "EXT0306",
            ErrorKind::VersionNotFound { .. } => "EXT0307",
            ErrorKind::VersionExists { .. } => "EXT0308",
            ErrorKind::DigestMismatch { .. } => "EXT0309",
            ErrorKind::Corrupt { .. } => "EXT0310",
            ErrorKind::Unsupported { .. } => "EXT0311",
            ErrorKind::TooLarge { .. } => "EXT0312",
            ErrorKind::Busy { .. } => "EXT0313",
            ErrorKind::Io { .. } => "EXT0314",
            ErrorKind::LockInvalid { .. } => "EXT0320",
            ErrorKind::LockVersion { .. } => "EXT0321",
            ErrorKind::LockConflict { .. } => "EXT0322",
            ErrorKind::SettingsInvalid { .. } => "EXT0330",
        }
    }

    /// What is wrong, in one line, without place and way out.
    pub fn message(&self) -> String {
        match self.kind() {
            ErrorKind::InvalidName { text, reason } => {
                format!("`{text}` is not a package name: {reason}")
            }
            ErrorKind::InvalidReference { text, reason } => {
                format!("`{text}` is not a package reference: {reason}")
            }
            ErrorKind::InvalidDigest { text } => format!("`{text}` is not a sha256 digest"),
            ErrorKind::InvalidRequest { reason, .. } => {
                format!("the package cannot be published: {reason}")
            }
            ErrorKind::RegistryNotFound { .. } => "there is no registry folder".into(),
            ErrorKind::PackageNotFound { name, .. } => {
                format!("the registry has no package `{name}`")
            }
            ErrorKind::VersionNotFound { name, wanted, .. } => {
                format!("`{name}` has no version that matches `{wanted}`")
            }
            ErrorKind::VersionExists { name, version, existing, new, .. } => format!(
                "`{name}` {version} exists with other content: the registry has a component \
                 {existing}, this one is {new}"
            ),
            ErrorKind::DigestMismatch { name, version, expected, found, .. } => {
                format!("`{name}` {version} should be {expected}, the registry has {found}")
            }
            ErrorKind::Corrupt { reason, .. } => format!("a registry file is corrupt: {reason}"),
            ErrorKind::Unsupported { reason, .. } => {
                format!("this is not an extension package: {reason}")
            }
            ErrorKind::TooLarge { what, size, limit, .. } => {
                format!("{what} is too large: {size} bytes, at most {limit} are allowed")
            }
            ErrorKind::Busy { .. } => {
                "another process has been publishing this package for a minute".into()
            }
            ErrorKind::Io { action, source, .. } => format!("cannot {action}: {source}"),
            ErrorKind::LockInvalid { reason, .. } => format!("the lock file is invalid: {reason}"),
            ErrorKind::SettingsInvalid { reason, .. } => {
                format!("the settings are invalid: {reason}")
            }
            ErrorKind::LockVersion { found, .. } => {
                format!("the lock file has version {found}, this program knows version 1")
            }
            ErrorKind::LockConflict { line, .. } => {
                format!("the lock file has merge-conflict markers, the first in line {line}")
            }
        }
    }

    /// The file or folder that the error is about, if it is about one.
    pub fn place(&self) -> Option<&Path> {
        match self.kind() {
            ErrorKind::InvalidName { .. }
            | ErrorKind::InvalidReference { .. }
            | ErrorKind::InvalidDigest { .. }
            | ErrorKind::InvalidRequest { .. } => None,
            ErrorKind::RegistryNotFound { root }
            | ErrorKind::PackageNotFound { root, .. }
            | ErrorKind::VersionNotFound { root, .. }
            | ErrorKind::VersionExists { root, .. } => Some(root),
            ErrorKind::TooLarge { path, .. } => path.as_deref(),
            ErrorKind::DigestMismatch { path, .. }
            | ErrorKind::Corrupt { path, .. }
            | ErrorKind::Unsupported { path, .. }
            | ErrorKind::Busy { path }
            | ErrorKind::Io { path, .. }
            | ErrorKind::LockInvalid { path, .. }
            | ErrorKind::SettingsInvalid { path, .. }
            | ErrorKind::LockVersion { path, .. }
            | ErrorKind::LockConflict { path, .. } => Some(path),
        }
    }

    /// The way out.
    pub fn help(&self) -> String {
        match self.kind() {
            ErrorKind::InvalidName { .. } => {
                "write `namespace:name`, both in kebab-case, such as `acme:orders`".into()
            }
            ErrorKind::InvalidReference { .. } => {
                "write `acme:orders`, `acme:orders@1.2` or `acme:orders@=1.2.3`".into()
            }
            ErrorKind::InvalidDigest { .. } => {
                "write `sha256:` and 64 lowercase hexadecimal digits".into()
            }
            ErrorKind::InvalidRequest { help, .. } => (*help).into(),
            ErrorKind::RegistryNotFound { .. } => {
                "publish a package to create it, or name the folder of another registry".into()
            }
            ErrorKind::PackageNotFound { nearest, .. } => match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "publish it to this registry, or name another registry".into(),
            },
            ErrorKind::VersionNotFound { existing, .. } => versions_help(existing),
            ErrorKind::VersionExists { .. } => "a published version never changes: raise \
                `version` in Cargo.toml and publish again"
                .into(),
            ErrorKind::DigestMismatch { .. } => "somebody published other content under this \
                version: find out who and why, then update the lock file, or use the registry \
                that the lock file was written with"
                .into(),
            ErrorKind::Corrupt { path, .. } if is_blob(path) => "restore the file from a backup, \
                or publish the package again, under a new version if need be"
                .into(),
            ErrorKind::Corrupt { .. } => "restore the file from a backup, or remove the folder \
                that it is in and publish the package's versions again"
                .into(),
            ErrorKind::Unsupported { .. } => "another program stored it: publish the extension \
                under another name or version"
                .into(),
            ErrorKind::TooLarge { .. } => "leave data out of the component and the descriptions, \
                or split the package; old versions of a package can move to another registry"
                .into(),
            ErrorKind::Busy { .. } => "wait until it is done, or end it, and try again".into(),
            ErrorKind::Io { source, .. } => io_help(source).into(),
            ErrorKind::LockInvalid { .. } => "restore the file from version control, or delete \
                it and add the extensions again"
                .into(),
            ErrorKind::SettingsInvalid { .. } => "mend the file, or delete it".into(),
            ErrorKind::LockVersion { .. } => "use the version of the program that wrote it, or a \
                newer one"
                .into(),
            ErrorKind::LockConflict { .. } => "take either side of the conflict, then add or \
                update what is missing"
                .into(),
        }
    }
}

/// A blob is named by its digest; the other files of a layout have names of their own.
fn is_blob(path: &Path) -> bool {
    !path.ends_with("index.json") && !path.ends_with("oci-layout")
}

/// The highest versions, for there may be hundreds.
fn versions_help(existing: &[Version]) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<String> =
        (existing.iter().rev().take(SHOWN)).map(Version::to_string).collect();
    match existing {
        [] => return "publish a version of it first".into(),
        [.., last] if existing.iter().all(|version| !version.pre.is_empty()) => {
            return format!(
                "there are pre-releases only, ask for one by its name, such as `={last}`: {}",
                shown.join(", ")
            );
        }
        _ if existing.len() > SHOWN => shown.push(format!("{} older", existing.len() - SHOWN)),
        _ => {}
    }
    format!("these exist: {}", shown.join(", "))
}

fn io_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "check that you may read and write there"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and try again, nothing was half written"
        }
        _ => "check the path and the disk, then try again: nothing was half written",
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        if let Some(place) = self.place() {
            write!(f, "\n --> {}", place.display())?;
        }
        write!(f, "\nhelp: {}", self.help())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
