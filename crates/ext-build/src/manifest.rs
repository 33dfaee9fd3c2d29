//! The package manifest of an extension: `[package.metadata.ext]`, and what cargo says of
//! `[package]`.

use std::ops::Range;
use std::path::Path;

use ext_definition::code;
use ext_definition::naming;
use ext_definition::package::{DATABASES, Package, Permissions};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cargo_toml::{Mistake, Reader};
use crate::variable;

/// Reads the manifest of the package that is being built.
pub fn package(source: &str, path: &Path) -> Result<Package, Vec<Mistake>> {
    let package = Package {
        name: variable("CARGO_PKG_NAME").replace('_', "-"),
        version: variable("CARGO_PKG_VERSION"),
        description: variable("CARGO_PKG_DESCRIPTION"),
        license: variable("CARGO_PKG_LICENSE"),
        repository: variable("CARGO_PKG_REPOSITORY"),
        authors: (variable("CARGO_PKG_AUTHORS").split(':'))
            .filter(|author| !author.is_empty())
            .map(str::to_owned)
            .collect(),
        ..Package::default()
    };
    read(source, path, package)
}

fn read(source: &str, path: &Path, mut package: Package) -> Result<Package, Vec<Mistake>> {
    let mut reader = Reader::new(source, path);
    let document = match DeTable::parse(source) {
        Ok(document) => document.into_inner(),
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            reader.mistake(code::MANIFEST_UNREADABLE, at, error.message());
            return Err(reader.mistakes);
        }
    };
    check_crate_type(&document, &mut reader);
    let ext = member(&document, "package")
        .and_then(|package| member(table(package)?, "metadata"))
        .and_then(|metadata| member(table(metadata)?, "ext"));
    let mut named_at = None;
    match ext.and_then(|ext| reader.table(code::VALUE_TYPE, "package.metadata.ext", ext)) {
        Some(ext) => named_at = keys(ext, &mut package, &mut reader),
        None if ext.is_none() => {}
        None => return Err(reader.mistakes),
    }
    let whole = ext.or(member(&document, "package")).map_or(0..0, Spanned::span);
    if package.namespace.is_empty()
        && reader.mistakes.iter().all(|it| !it.is(code::NAMESPACE_MALFORMED))
    {
        reader.mistake(
            code::NAMESPACE_MISSING,
            whole.clone(),
            "who publishes this extension? Add `namespace = \"…\"` to `[package.metadata.ext]`",
        );
    }
    if named_at.is_none()
        && let Err(reason) = naming::check_package(&package.name)
    {
        let message = format!(
            "the package's name `{}` cannot be an extension's ({reason}): \
             set `name` in `[package.metadata.ext]`",
            package.name
        );
        reader.mistake(code::NAME_MALFORMED, whole, message);
    }
    if reader.mistakes.is_empty() { Ok(package) } else { Err(reader.mistakes) }
}

/// Reads the keys; returns where the name is given.
fn keys(ext: &DeTable, package: &mut Package, reader: &mut Reader) -> Option<Range<usize>> {
    let mut named_at = None;
    for (key, value) in ext {
        match key.get_ref().as_ref() {
            "namespace" => {
                let text = reader.string(code::NAMESPACE_MALFORMED, "namespace", value);
                package.namespace = text.unwrap_or_default();
                if let Err(reason) = naming::check_package(&package.namespace)
                    && matches!(value.get_ref(), DeValue::String(_))
                {
                    let message =
                        format!("`{}` cannot be a namespace: {reason}", package.namespace);
                    reader.mistake(code::NAMESPACE_MALFORMED, value.span(), message);
                }
            }
            "name" => {
                named_at = Some(value.span());
                if let Some(name) = reader.string(code::VALUE_TYPE, "name", value) {
                    if let Err(reason) = naming::check_package(&name) {
                        let message = format!("`{name}` cannot be an extension's name: {reason}");
                        reader.mistake(code::NAME_MALFORMED, value.span(), message);
                    }
                    package.name = name;
                }
            }
            "title" => {
                package.title = reader.string(code::VALUE_TYPE, "title", value).unwrap_or_default();
            }
            "databases" => {
                for (database, at) in reader.strings(code::VALUE_TYPE, "databases", value) {
                    if database != "all" && !DATABASES.contains(&database.as_str()) {
                        let known = DATABASES.join(", ");
                        let message =
                            format!("`{database}` is no database known here: all, {known}");
                        reader.mistake(code::DATABASE_UNKNOWN, at, message);
                    }
                    package.databases.push(database);
                }
            }
            "permissions" => {
                if let Some(table) = reader.table(code::VALUE_TYPE, "permissions", value) {
                    package.permissions = permissions(table, reader);
                }
            }
            // Extensions that this package uses, when it is an application as well.
            "dependencies" => {}
            other => unknown(other, KEYS, key.span(), reader),
        }
    }
    named_at
}

const KEYS: &[&str] = &["namespace", "name", "title", "databases", "permissions", "dependencies"];

fn unknown(key: &str, known: &[&str], at: Range<usize>, reader: &mut Reader) {
    let known = known.join(", ");
    reader.mistake(code::KEY_UNKNOWN, at, format!("unknown key `{key}`; known are: {known}"));
}

fn permissions(table: &DeTable, reader: &mut Reader) -> Permissions {
    let mut permissions = Permissions::default();
    let code = code::PERMISSION_MALFORMED;
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let (list, fits, expected): (_, fn(&str) -> bool, _) = match name {
            "http" => (&mut permissions.http, is_host, "a host such as `api.example.com`"),
            "environment" => (&mut permissions.environment, is_variable, "a variable's name"),
            "folders" => (&mut permissions.folders, is_folder, "an absolute path"),
            other => {
                unknown(other, &["http", "environment", "folders"], key.span(), reader);
                continue;
            }
        };
        for (text, at) in reader.strings(code, name, value) {
            if !fits(&text) {
                let message = format!("`{text}` in `permissions.{name}` must be {expected}");
                reader.mistake(code, at, message);
            }
            list.push(text);
        }
    }
    permissions
}

fn is_host(text: &str) -> bool {
    let host = text.strip_prefix("*.").unwrap_or(text);
    let (host, port) = host.split_once(':').unwrap_or((host, "0"));
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
    };
    host.split('.').all(label) && port.parse::<u16>().is_ok()
}

fn is_variable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

fn is_folder(text: &str) -> bool {
    text.starts_with('/') && !text.split('/').any(|part| part == "..")
}

/// Without a `cdylib` there is no module to pack, and cargo would not say so.
fn check_crate_type(document: &DeTable, reader: &mut Reader) {
    let lib = member(document, "lib");
    let types = lib.and_then(|lib| member(table(lib)?, "crate-type"));
    let has_cdylib = types.is_some_and(|types| match types.get_ref() {
        DeValue::Array(types) => {
            types.iter().any(|it| matches!(it.get_ref(), DeValue::String(it) if it == "cdylib"))
        }
        _ => false,
    });
    if !has_cdylib {
        let at = types.or(lib).or(member(document, "package")).map_or(0..0, Spanned::span);
        let message = "an extension's `[lib]` needs `crate-type = [\"cdylib\", \"rlib\"]`: \
                       cdylib to be packed, rlib to be tested";
        reader.mistake(code::CRATE_TYPE, at, message);
    }
}

fn member<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t Spanned<DeValue<'a>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

fn table<'t, 'a>(value: &'t Spanned<DeValue<'a>>) -> Option<&'t DeTable<'a>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(source: &str) -> Result<Package, Vec<String>> {
        let package =
            Package { name: "orders".into(), version: "1.0.0".into(), ..Default::default() };
        read(source, Path::new("Cargo.toml"), package)
            .map_err(|mistakes| mistakes.iter().map(Mistake::to_string).collect())
    }

    const LIB: &str = "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n";

    #[test]
    fn a_full_manifest() {
        let source = format!(
            "{LIB}[package.metadata.ext]\nnamespace = \"acme\"\nname = \"the-orders\"\n\
             title = \"Orders\"\ndatabases = [\"postgresql\", \"sqlite\"]\n\
             permissions = {{ http = [\"*.example.com\", \"api.example.com:8080\"], environment = [\"HOME\"] }}\n"
        );
        let package = reading(&source).unwrap();
        assert_eq!((package.id(), package.title.as_str()), ("acme:the-orders".into(), "Orders"));
        assert_eq!(package.databases, ["postgresql", "sqlite"]);
        assert_eq!(package.permissions.environment, ["HOME"]);
    }

    #[test]
    fn every_mistake_at_its_line() {
        for (keys, expected) in [
            ("", "[EXT0102] Cargo.toml:3:1: who publishes"),
            ("namespace = \"Acme\"", "[EXT0103] Cargo.toml:4:13: `Acme` cannot be a namespace"),
            (
                "namespace = 3",
                "[EXT0103] Cargo.toml:4:13: `namespace` must be a string, not an integer",
            ),
            ("namespace = \"a\"\nname = \"a_b\"", "[EXT0104] Cargo.toml:5:8: `a_b` cannot be"),
            ("namespace = \"a\"\nnmae = \"b\"", "[EXT0105] Cargo.toml:5:1: unknown key `nmae`"),
            (
                "namespace = \"a\"\ntitle = true",
                "[EXT0106] Cargo.toml:5:9: `title` must be a string",
            ),
            (
                "namespace = \"a\"\ndatabases = [\"all\", \"dbase\"]",
                "[EXT0107] Cargo.toml:5:21: `dbase`",
            ),
            ("namespace = \"a\"\npermissions.http = [\"a b\"]", "[EXT0108] Cargo.toml:5:21: `a b`"),
            (
                "namespace = \"a\"\npermissions.folders = [\"data\"]",
                "[EXT0108] Cargo.toml:5:24: `data`",
            ),
            ("namespace = ", "[EXT0101] Cargo.toml:4:1"),
        ] {
            let found = reading(&format!("{LIB}[package.metadata.ext]\n{keys}\n")).unwrap_err();
            assert_eq!(found.len(), 1, "{keys}: {found:?}");
            assert!(found[0].starts_with(expected), "{keys}: {found:?}");
        }
    }

    #[test]
    fn all_mistakes_at_once() {
        let found =
            reading("[package]\n[package.metadata.ext]\nnamespace = \"_\"\ntitel = 1\ntitle = 2\n");
        let codes: Vec<String> = found.unwrap_err().iter().map(|it| it[1..8].to_owned()).collect();
        assert_eq!(codes, ["EXT0109", "EXT0103", "EXT0105", "EXT0106"]);
    }
}
