//! The keys of `[package.metadata.ext]`.

use std::ops::Range;

use ext_definition::code;
use ext_definition::naming;
use ext_definition::package::{DATABASES, Package, rules};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Manifest, files, limits, permissions};
use crate::cargo_toml::{Reader, same_letters};

const KEYS: &[&str] = &[
    "namespace",
    "name",
    "title",
    "icon",
    "readme",
    "categories",
    "keywords",
    "databases",
    "permissions",
    "limits",
    "resources",
    "dependencies",
    "server",
];

/// Reads the keys; returns where the name is given.
pub fn read(ext: &DeTable, manifest: &mut Manifest, reader: &mut Reader) -> Option<Range<usize>> {
    let Manifest { package, sources } = manifest;
    let mut named_at = None;
    for (key, value) in ext {
        match key.get_ref().as_ref() {
            "namespace" => namespace(value, package, reader),
            "name" => {
                named_at = Some(value.span());
                name(value, package, reader);
            }
            "title" => {
                package.title = reader.string(code::VALUE_TYPE, "title", value).unwrap_or_default();
                if let Err(reason) = rules::text(&package.title, rules::MAX_TITLE) {
                    let message = format!("`title` cannot be shown: {reason}");
                    reader.mistake(code::TEXT_MALFORMED, value.span(), message);
                }
            }
            "icon" => sources.icon = files::one("icon", value, reader),
            "readme" => sources.readme = files::one("readme", value, reader),
            "resources" => sources.resources = files::resources(value, reader),
            "categories" => {
                package.categories = words("categories", rules::category, value, reader);
            }
            "keywords" => package.keywords = words("keywords", rules::keyword, value, reader),
            "databases" => databases(value, package, reader),
            "permissions" => {
                if let Some(table) = reader.table(code::VALUE_TYPE, "permissions", value) {
                    package.permissions = permissions::read(table, reader);
                }
            }
            "limits" => {
                if let Some(table) = reader.table(code::VALUE_TYPE, "limits", value) {
                    package.limits = limits::read(table, reader);
                }
            }
            // Extensions that this package uses, when it is an application as well, and where.
            "dependencies" | "server" => {}
            other => unknown(other, KEYS, key.span(), reader),
        }
    }
    named_at
}

/// A key that means nothing.
pub fn unknown(key: &str, known: &[&str], at: Range<usize>, reader: &mut Reader) {
    let message = format!("unknown key `{key}`; known are: {}", known.join(", "));
    reader.mistake(code::KEY_UNKNOWN, at.clone(), message);
    if let Some(meant) = same_letters(key, known) {
        reader.fix(at, meant);
    }
}

fn namespace(value: &Spanned<DeValue>, package: &mut Package, reader: &mut Reader) {
    let text = reader.string(code::NAMESPACE_MALFORMED, "namespace", value);
    package.namespace = text.unwrap_or_default();
    if let Err(reason) = naming::check_package(&package.namespace)
        && matches!(value.get_ref(), DeValue::String(_))
    {
        let message = format!("`{}` cannot be a namespace: {reason}", package.namespace);
        reader.mistake(code::NAMESPACE_MALFORMED, value.span(), message);
        notation(&package.namespace, value, reader);
    }
}

fn name(value: &Spanned<DeValue>, package: &mut Package, reader: &mut Reader) {
    let Some(name) = reader.string(code::VALUE_TYPE, "name", value) else { return };
    if let Err(reason) = naming::check_package(&name) {
        let message = format!("`{name}` cannot be an extension's name: {reason}");
        reader.mistake(code::NAME_MALFORMED, value.span(), message);
        notation(&name, value, reader);
    }
    package.name = name;
}

/// A name that is right but for its notation has one way out.
fn notation(name: &str, value: &Spanned<DeValue>, reader: &mut Reader) {
    let kebab = naming::kebab(name);
    if naming::check_package(&kebab).is_ok() && same_letters(name, &[&kebab]).is_some() {
        reader.fix(value.span(), &format!("\"{kebab}\""));
    }
}

fn databases(value: &Spanned<DeValue>, package: &mut Package, reader: &mut Reader) {
    for (database, at) in reader.strings(code::VALUE_TYPE, "databases", value) {
        if database != "all" && !DATABASES.contains(&database.as_str()) {
            let known = DATABASES.join(", ");
            let message = format!("`{database}` is no database known here: all, {known}");
            reader.mistake(code::DATABASE_UNKNOWN, at.clone(), message);
            if let Some(meant) = same_letters(&database, DATABASES) {
                reader.fix(at, &format!("\"{meant}\""));
            }
        }
        package.databases.push(database);
    }
}

fn words(
    key: &str,
    rule: fn(&str) -> Result<(), String>,
    value: &Spanned<DeValue>,
    reader: &mut Reader,
) -> Vec<String> {
    let words = reader.strings(code::VALUE_TYPE, key, value);
    if words.len() > rules::MAX_WORDS {
        let message = format!("`{key}` has {}, at most {}", words.len(), rules::MAX_WORDS);
        reader.mistake(code::WORD_MALFORMED, value.span(), message);
    }
    for (word, at) in &words {
        if let Err(reason) = rule(word) {
            let message = format!("`{word}` in `{key}`: {reason}");
            reader.mistake(code::WORD_MALFORMED, at.clone(), message);
        }
    }
    words.into_iter().map(|(word, _)| word).collect()
}
