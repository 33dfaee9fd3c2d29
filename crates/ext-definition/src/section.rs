//! The entries that an artifact carries in its section `ext-definition`.
//!
//! The writers are `ext_runtime::description` (one entry for each action) and `ext_build`
//! (the package manifest). The linker concatenates what they wrote, so that an entry
//! starts with its length: four bytes, little endian. Nothing in here is trusted.

use serde::Deserialize;

use crate::code;
use crate::diagnostic::{Diagnostic, Fix, Place};
use crate::model::{self, Options, Rules};
use crate::package::{Package, Sources};

/// Name of the custom section.
pub const SECTION: &str = "ext-definition";

/// The entries' format that this crate reads.
pub const FORMAT: u32 = 1;

/// Largest section that is looked at, in bytes.
pub const MAX_SECTION: usize = 64 << 20;

/// One decoded entry.
#[derive(Debug)]
pub enum Entry {
    /// The package manifest, and the files that belong to it.
    Package(Box<PackageEntry>),
    /// An action, with every named type that it reaches.
    Action(Box<ActionEntry>),
    /// A type, whether or not an action reaches it; for `cargo ext check` only.
    Declared(Declared),
    /// What a macro or the build script found wrong; for `cargo ext check` only, elsewhere it
    /// ends the build.
    Mistake(Diagnostic),
}

/// What the build script wrote.
#[derive(Debug, Default)]
pub struct PackageEntry {
    /// The package manifest.
    pub package: Package,
    /// The files that Cargo.toml names.
    pub sources: Sources,
    /// The folder of Cargo.toml; empty if the build script did not write it.
    pub folder: String,
}

/// A type where a derive saw it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// From here on as in [`Place`].
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1; 0 if unknown.
    pub column: u32,
}

impl Declared {
    /// Where it is.
    pub fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.line, column: self.column }
    }
}

/// What `#[ext_action]` wrote.
#[derive(Debug)]
pub struct ActionEntry {
    /// The action itself.
    pub action: Action,
    /// The types that it reaches.
    pub types: Vec<Named>,
}

/// An action as its macro saw it.
#[derive(Debug, Deserialize)]
pub struct Action {
    /// The qualified Rust path.
    pub path: String,
    /// The function's name.
    pub name: String,
    /// Its documentation.
    #[serde(default)]
    pub description: String,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What else is said about it.
    #[serde(default)]
    pub options: Options,
    /// The core function's export.
    pub symbol: String,
    /// In order.
    pub parameters: Vec<Part>,
    /// What it returns.
    pub result: Type,
}

/// A named type as its macro saw it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Named {
    /// What it is.
    pub kind: Kind,
    /// The qualified Rust path: its identity, together with `of`.
    pub path: String,
    /// The types that a generic one is used at.
    #[serde(default)]
    pub of: Vec<Type>,
    /// The type's name.
    pub name: String,
    /// Its documentation.
    #[serde(default)]
    pub description: String,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// Fields or cases.
    pub parts: Vec<Part>,
}

/// What a named type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "see `model::Kind`")]
pub enum Kind {
    Structure,
    Enum,
    Variant,
}

/// A parameter, field or case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its documentation.
    #[serde(default)]
    pub description: String,
    /// Where it is, in the file of what it belongs to; 0 if unknown.
    #[serde(default)]
    pub line: u32,
    /// From 1; 0 if unknown.
    #[serde(default)]
    pub column: u32,
    /// What else is said about it.
    #[serde(default)]
    pub rules: Rules,
    /// For cases of errors.
    #[serde(default)]
    pub message: Option<String>,
    /// None for a case without data.
    #[serde(rename = "type", default)]
    pub ty: Option<Type>,
}

/// A type; named ones by their identity.
pub type Type = model::Type<Identity>;

/// Which named type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct Identity {
    /// The qualified Rust path.
    pub path: String,
    /// The types that a generic one is used at.
    #[serde(default)]
    pub of: Vec<Type>,
}

/// Reads every entry of a section.
pub fn decode(section: &[u8]) -> Result<Vec<Entry>, Diagnostic> {
    if section.len() > MAX_SECTION {
        let limit = MAX_SECTION >> 20;
        return Err(Diagnostic::error(
            code::TOO_LARGE,
            format!(
                "the section `{SECTION}` has {} bytes; at most {limit} MiB are read",
                section.len()
            ),
        ));
    }
    let mut entries = Vec::new();
    let mut rest = section;
    while !rest.is_empty() {
        let truncated = || corrupt("an entry is cut off");
        let (length, behind) = rest.split_first_chunk().ok_or_else(truncated)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (entry, behind) = behind.split_at_checked(length).ok_or_else(truncated)?;
        entries.push(decode_entry(entry)?);
        rest = behind;
    }
    Ok(entries)
}

fn decode_entry(bytes: &[u8]) -> Result<Entry, Diagnostic> {
    /// Read first, so that entries of any other format are recognised as such.
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[serde(rename = "format")]
        _format: u32,
        package: Option<Package>,
        #[serde(default)]
        sources: Sources,
        #[serde(default)]
        folder: String,
        action: Option<Action>,
        #[serde(default)]
        types: Vec<Named>,
        declared: Option<Declared>,
        mistake: Option<Mistake>,
    }
    #[derive(Deserialize)]
    struct Mistake {
        code: String,
        message: String,
        fix: Option<Fix>,
        #[serde(flatten)]
        place: Place,
    }
    let unreadable = |error: serde_json::Error| corrupt(&error.to_string());
    let Format { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if format != FORMAT {
        return Err(Diagnostic::error(
            code::FORMAT,
            format!(
                "the definition is in format {format}, and this cargo-ext reads format {FORMAT}"
            ),
        )
        .help("use the cargo-ext and the ext-runtime of one release"));
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(unreadable)?;
    match (wire.package, wire.action, wire.declared, wire.mistake) {
        (Some(package), None, None, None) => {
            let (sources, folder) = (wire.sources, wire.folder);
            Ok(Entry::Package(Box::new(PackageEntry { package, sources, folder })))
        }
        (None, Some(action), None, None) => {
            Ok(Entry::Action(Box::new(ActionEntry { action, types: wire.types })))
        }
        (None, None, Some(declared), None) => Ok(Entry::Declared(declared)),
        (None, None, None, Some(mistake)) => {
            // A later release of the macros may know more kinds of mistakes.
            let found = match code::find(&mistake.code) {
                Some(code) if code::WARNINGS.contains(&code) => {
                    Diagnostic::warning(code, mistake.message)
                }
                Some(code) => Diagnostic::error(code, mistake.message),
                None => {
                    let message = format!("[{}] {}", mistake.code, mistake.message);
                    Diagnostic::error(code::FORMAT, message)
                }
            };
            let found = found.at(Some(&mistake.place));
            let found = match &mistake.fix {
                Some(fix) => found.help(format!("write `{}`", fix.text.trim())),
                None => found,
            };
            Ok(Entry::Mistake(found.fix(mistake.fix)))
        }
        _ => Err(corrupt("an entry is nothing that is known")),
    }
}

fn corrupt(reason: &str) -> Diagnostic {
    Diagnostic::error(
        code::DEFINITION_CORRUPT,
        format!("the section `{SECTION}` cannot be read: {reason}"),
    )
    .help("build the extension again with `cargo ext build`")
}
