//! The files that a package names. Whether they are there, who packs looks: a build script
//! that read them would run again whenever one of them changes.

use ext_definition::code;
use ext_definition::package::{Source, rules};
use toml::Spanned;
use toml::de::DeValue;

use super::source;
use crate::cargo_toml::Reader;

/// Most patterns.
const MAX_PATTERNS: usize = 100;

/// A file.
pub fn one(key: &str, value: &Spanned<DeValue>, reader: &mut Reader) -> Option<Source> {
    let path = reader.string(code::VALUE_TYPE, key, value)?;
    if let Err(reason) = rules::path(&path) {
        let message = format!("`{path}` cannot be the {key}'s file: {reason}");
        reader.mistake(code::FILE_NAME, value.span(), message);
    }
    Some(source(path, value.span(), reader))
}

/// Files, folders and patterns.
pub fn resources(value: &Spanned<DeValue>, reader: &mut Reader) -> Vec<Source> {
    let mut sources = Vec::new();
    for (pattern, at) in reader.strings(code::VALUE_TYPE, "resources", value) {
        if let Err(reason) = form(&pattern) {
            let message = format!("`{pattern}` in `resources`: {reason}");
            reader.mistake(code::PATTERN_OF_FILES, at.clone(), message);
        }
        sources.push(source(pattern, at, reader));
    }
    if sources.len() > MAX_PATTERNS {
        let message = format!("`resources` has more than {MAX_PATTERNS} entries");
        reader.mistake(code::PATTERN_OF_FILES, value.span(), message);
    }
    sources
}

/// A path in which `*`, `?` and `[…]` may stand for characters.
fn form(pattern: &str) -> Result<(), String> {
    let without = pattern.replace(['*', '?', '[', ']', '!'], "x");
    rules::path(without.strip_suffix('/').unwrap_or(&without))
}
