//! Typed clients: one module for each extension that an application uses.
//!
//! `cargo ext add` left everything that this needs in the repository: the names in
//! Cargo.toml, versions and digests in Ext.lock, copies of the definitions in
//! `extensions/`. No registry is asked.

mod checks;
mod module;
mod rust;

use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::model::Extension;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cargo_toml::{Mistake, Reader};
use crate::{report, variable};
use module::Source;

/// What an application's build script does: writes `extensions.rs` to `OUT_DIR`, with one
/// module for each extension. The application includes it where it likes:
///
/// ```ignore
/// mod extensions {
///     ext_host::extensions!();
/// }
/// ```
///
/// Mistakes end the build, all of them reported.
pub fn client() {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    for file in ["Cargo.toml", "Ext.lock", "extensions"] {
        println!("cargo::rerun-if-changed={file}");
    }
    match generate(&folder) {
        Ok(source) => {
            let path = Path::new(&variable("OUT_DIR")).join("extensions.rs");
            if let Err(error) = std::fs::write(&path, source) {
                report(&format!("{} cannot be written: {error}", path.display()));
            }
        }
        Err(mistakes) => mistakes.iter().for_each(|mistake| report(mistake)),
    }
}

/// An extension that the application uses.
struct Used {
    definition: Extension,
    digest: String,
}

fn generate(folder: &Path) -> Result<String, Vec<String>> {
    let mut used = Vec::new();
    let mut mistakes = Vec::new();
    let locked = locked(&folder.join("Ext.lock"))?;
    let application = application(&folder.join("Cargo.toml"))?;
    for name in application.names {
        let Some(lock) = locked.iter().find(|lock| lock.name == name) else {
            mistakes.push(format!(
                "[{}] `{name}` is not in Ext.lock: run `cargo ext add {name}`",
                code::NOT_LOCKED
            ));
            continue;
        };
        let file = folder.join("extensions").join(format!("{}.json", name.replace(':', "-")));
        match definition(&file) {
            Ok(definition)
                if definition.package.id() != name
                    || definition.package.version != lock.version =>
            {
                mistakes.push(format!(
                    "[{}] {} is about {} {}, and Ext.lock about {name} {}: run `cargo ext add {name}`",
                    code::DEFINITION_COPY,
                    file.display(),
                    definition.package.id(),
                    definition.package.version,
                    lock.version
                ));
            }
            Ok(definition) => used.push(Used { definition, digest: lock.digest.clone() }),
            Err(reason) => mistakes.push(format!(
                "[{}] {}: {reason}: run `cargo ext add {name}`",
                code::DEFINITION_COPY,
                file.display()
            )),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut source = String::from("// Written by `ext_build::client()`: do not edit.\n");
    for (index, it) in used.iter().enumerate() {
        // Two namespaces may have extensions of one name.
        let name = &it.definition.package.name;
        let twice = used
            .iter()
            .enumerate()
            .any(|(other, that)| other != index && that.definition.package.name == *name);
        let place = Source { digest: &it.digest, server: application.server.as_deref() };
        source.push_str(&module::render(&it.definition, place, twice));
    }
    Ok(source)
}

/// The client of one extension: for fuzzing.
pub fn rendered(definition: &Extension, digest: &str) -> String {
    module::render(definition, Source { digest, server: None }, false)
}

fn definition(file: &Path) -> Result<Extension, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    Extension::from_json(&bytes).map_err(|errors| {
        let errors: Vec<&str> = errors.iter().map(|it| it.message.as_str()).collect();
        errors.join("; ")
    })
}

/// What an application says about its extensions, in `[package.metadata.ext]`.
#[derive(Default)]
struct Application {
    /// The keys of `dependencies`.
    names: Vec<String>,
    /// The platform server on which they run, if not in the application's process.
    server: Option<String>,
}

fn application(path: &Path) -> Result<Application, Vec<String>> {
    with_table(path, |document, reader| {
        let mut table = document;
        for key in ["package", "metadata", "ext"] {
            match get(table, key).map(Spanned::get_ref) {
                Some(DeValue::Table(inner)) => table = inner,
                _ => return Application::default(),
            }
        }
        let names = match get(table, "dependencies").map(Spanned::get_ref) {
            Some(DeValue::Table(inner)) => {
                inner.keys().map(|name| name.get_ref().to_string()).collect()
            }
            _ => Vec::new(),
        };
        let server = get(table, "server").and_then(|value| {
            let server = reader.string(code::VALUE_TYPE, "server", value)?;
            if !["http://", "https://"].iter().any(|it| server.starts_with(it)) {
                let message =
                    format!("`{server}` is no server's address, such as https://ext.example.com");
                reader.mistake(code::ADDRESS_MALFORMED, value.span(), message);
            }
            Some(server)
        });
        Application { names, server }
    })
}

fn get<'t, 's>(table: &'t DeTable<'s>, key: &str) -> Option<&'t Spanned<DeValue<'s>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

/// An entry of Ext.lock.
#[derive(Default)]
struct Locked {
    name: String,
    version: String,
    digest: String,
}

fn locked(path: &Path) -> Result<Vec<Locked>, Vec<String>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    with_table(path, |document, reader| {
        let entries = document.iter().find(|(name, _)| name.get_ref() == "extension");
        let Some(DeValue::Array(entries)) = entries.map(|(_, value)| value.get_ref()) else {
            return Vec::new();
        };
        let mut locked = Vec::new();
        for entry in entries {
            let Some(table) = reader.table(code::NOT_LOCKED, "extension", entry) else { continue };
            let mut lock = Locked::default();
            for (key, value) in table {
                let place = match key.get_ref().as_ref() {
                    "name" => &mut lock.name,
                    "version" => &mut lock.version,
                    "digest" => &mut lock.digest,
                    _ => continue,
                };
                *place = reader.string(code::NOT_LOCKED, key.get_ref(), value).unwrap_or_default();
            }
            locked.push(lock);
        }
        locked
    })
}

fn with_table<T>(
    path: &Path,
    read: impl FnOnce(&DeTable, &mut Reader) -> T,
) -> Result<T, Vec<String>> {
    let source = std::fs::read_to_string(path)
        .map_err(|error| vec![format!("[{}] {}: {error}", code::FILE, path.display())])?;
    let mut reader = Reader::new(&source, path);
    let result = match DeTable::parse(&source) {
        Ok(document) => Some(read(document.get_ref(), &mut reader)),
        Err(error) => {
            reader.mistake(
                code::MANIFEST_UNREADABLE,
                error.span().unwrap_or(0..0),
                error.message(),
            );
            None
        }
    };
    match result {
        Some(result) if reader.mistakes.is_empty() => Ok(result),
        _ => Err(reader.mistakes.iter().map(Mistake::to_string).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about an application with this manifest, lock file and definition.
    fn mistakes(cargo: &str, lock: &str, definition: Option<&str>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
        write("Cargo.toml", cargo);
        write("Ext.lock", lock);
        std::fs::create_dir(folder.path().join("extensions")).unwrap();
        if let Some(definition) = definition {
            write("extensions/acme-orders.json", definition);
        }
        generate(folder.path()).unwrap_err()
    }

    #[test]
    fn what_is_missing_is_said_with_the_way_out() {
        let cargo = "[package.metadata.ext.dependencies]\n\"acme:orders\" = \"1\"\n";
        let lock = "[[extension]]\nname = \"acme:orders\"\nversion = \"1.0.0\"\ndigest = \"x\"\n";
        for (lock, definition, expected) in [
            ("", None, "[EXT0606] `acme:orders` is not in Ext.lock"),
            (lock, None, "[EXT0605]"),
            (lock, Some("{"), "[EXT0605]"),
        ] {
            let found = mistakes(cargo, lock, definition);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
            assert!(found[0].ends_with("run `cargo ext add acme:orders`"), "{found:?}");
        }
        let found = mistakes("[package", lock, None);
        assert!(found[0].starts_with("[EXT0101]"), "{found:?}");
    }
}
