//! The package manifest of an extension: `[package.metadata.ext]`, and what cargo says of
//! `[package]`.

mod files;
mod keys;
mod limits;
mod permissions;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::Path;

use ext_definition::code;
use ext_definition::naming;
use ext_definition::package::{Package, Source, Sources, rules};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cargo_toml::{Mistake, Reader};
use crate::variable;

/// What Cargo.toml says.
#[derive(Debug, Default)]
pub struct Manifest {
    /// About the package.
    pub package: Package,
    /// About its files.
    pub sources: Sources,
}

/// Reads the manifest of the package that is being built.
pub fn manifest(source: &str, path: &Path) -> Result<Manifest, Vec<Mistake>> {
    let package = Package {
        name: variable("CARGO_PKG_NAME").replace('_', "-"),
        version: variable("CARGO_PKG_VERSION"),
        description: variable("CARGO_PKG_DESCRIPTION"),
        license: variable("CARGO_PKG_LICENSE"),
        homepage: variable("CARGO_PKG_HOMEPAGE"),
        repository: variable("CARGO_PKG_REPOSITORY"),
        authors: (variable("CARGO_PKG_AUTHORS").split(':'))
            .filter(|author| !author.is_empty())
            .map(str::to_owned)
            .collect(),
        ..Package::default()
    };
    read(source, path, package)
}

fn read(source: &str, path: &Path, package: Package) -> Result<Manifest, Vec<Mistake>> {
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
    let mut manifest = Manifest { package, sources: Sources::default() };
    check_cargo_keys(&document, &manifest.package, &mut reader);
    let ext = member(&document, "package")
        .and_then(|package| member(table(package)?, "metadata"))
        .and_then(|metadata| member(table(metadata)?, "ext"));
    let mut named_at = None;
    match ext.and_then(|ext| reader.table(code::VALUE_TYPE, "package.metadata.ext", ext)) {
        Some(ext) => named_at = keys::read(ext, &mut manifest, &mut reader),
        None if ext.is_none() => {}
        None => return Err(reader.mistakes),
    }
    let package = &manifest.package;
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
    if reader.mistakes.is_empty() { Ok(manifest) } else { Err(reader.mistakes) }
}

/// What cargo takes and a package cannot have.
fn check_cargo_keys(document: &DeTable, package: &Package, reader: &mut Reader) {
    let text = |value: &str, longest| rules::text(value, longest);
    let address = |value: &str, _| if value.is_empty() { Ok(()) } else { rules::address(value) };
    type Rule<'r> = &'r dyn Fn(&str, usize) -> Result<(), String>;
    let checks: [(_, _, _, Rule, _); 5] = [
        (code::VERSION_MALFORMED, "version", &package.version, &|it, _| rules::version(it), 0),
        (code::TEXT_MALFORMED, "description", &package.description, &text, rules::MAX_DESCRIPTION),
        (code::TEXT_MALFORMED, "license", &package.license, &text, rules::MAX_TEXT),
        (code::ADDRESS_MALFORMED, "homepage", &package.homepage, &address, 0),
        (code::ADDRESS_MALFORMED, "repository", &package.repository, &address, 0),
    ];
    let section = member(document, "package");
    for (code, key, value, rule, longest) in checks {
        if let Err(reason) = rule(value, longest) {
            // It may come from the workspace: then this says so.
            let place = section.and_then(|it| member(table(it)?, key)).or(section);
            let at = place.map_or(0..0, Spanned::span);
            reader.mistake(code, at, format!("`{key}` cannot be an extension's: {reason}"));
        }
    }
    if package.authors.len() > rules::MAX_ENTRIES {
        let at = section.map_or(0..0, Spanned::span);
        let most = rules::MAX_ENTRIES;
        reader.mistake(code::TEXT_MALFORMED, at, format!("a package has at most {most} authors"));
    }
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
        const LINE: &str = "crate-type = [\"cdylib\", \"rlib\"]";
        match (types, lib) {
            (Some(types), _) => reader.fix(types.span(), LINE.trim_start_matches("crate-type = ")),
            // A table's place is its header's.
            (None, Some(lib)) if reader.is_header(&lib.span()) => {
                reader.fix(lib.span().end..lib.span().end, &format!("\n{LINE}"));
            }
            (None, Some(_)) => {}
            (None, None) => reader.fix_at_end(&format!("\n[lib]\n{LINE}\n")),
        }
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

/// A name in Cargo.toml, with its place for whoever reads the file.
fn source(path: String, at: Range<usize>, reader: &Reader) -> Source {
    let (line, column) = reader.place(at);
    let number = |it: usize| u32::try_from(it).unwrap_or(0);
    Source { path, line: number(line), column: number(column) }
}
