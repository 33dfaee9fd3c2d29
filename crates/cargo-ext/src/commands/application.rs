//! An application's files that `add` and `remove` edit: Cargo.toml (what is not theirs
//! stays byte for byte), Ext.lock, build.rs, and the copies of definitions.

use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_registry::PackageName;
use ext_registry::fs::write_atomic;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

use crate::failure::Failure;

/// An application's folder and its manifest.
pub struct Application {
    folder: PathBuf,
    manifest: PathBuf,
    document: DocumentMut,
    original: String,
}

impl Application {
    pub fn new(package: &Package) -> Result<Self, Failure> {
        let manifest = package.manifest_path.clone().into_std_path_buf();
        let folder = manifest.parent().map(Path::to_owned).unwrap_or_default();
        let original = std::fs::read_to_string(&manifest)
            .map_err(|error| Failure::file("read", &manifest, &error))?;
        let document = original.parse().map_err(|error: toml_edit::TomlError| {
            Diagnostic::error(code::APPLICATION_MANIFEST, error.message())
                .at(Some(&place(&manifest)))
        })?;
        Ok(Self { folder, manifest, document, original })
    }

    pub fn lock_file(&self) -> PathBuf {
        self.folder.join("Ext.lock")
    }

    /// Where the copy of a definition is: builds need no registry.
    pub fn definition_file(&self, name: &PackageName) -> PathBuf {
        self.folder.join("extensions").join(format!("{}-{}.json", name.namespace(), name.name()))
    }

    /// Every extension that Cargo.toml asks for, with its requirement.
    pub fn requirements(&self) -> Vec<(String, String)> {
        let mut item = Some(self.document.as_item());
        for key in ["package", "metadata", "ext", "dependencies"] {
            item = item.and_then(|it| it.get(key));
        }
        let table = item.and_then(Item::as_table_like);
        let entries = table.into_iter().flat_map(|it| it.iter());
        let text = |item: &Item| item.as_str().unwrap_or_default().to_owned();
        entries.map(|(name, item)| (name.to_owned(), text(item))).collect()
    }

    /// Notes an extension, and what the application needs to use any.
    pub fn add(&mut self, name: &PackageName, requirement: &str) -> Result<(), Failure> {
        self.dependencies_table()?.insert(&name.to_string(), toml_edit::value(requirement));
        self.dependency("dependencies", "ext-host", None)?;
        self.dependency("build-dependencies", "ext-build", Some("client"))
    }

    /// Forgets an extension; whether it was there.
    pub fn remove(&mut self, name: &PackageName) -> Result<bool, Failure> {
        let table = self.dependencies_table()?;
        let removed = table.remove(&name.to_string()).is_some();
        if table.is_empty()
            && let Some(ext) = self.document["package"]["metadata"]["ext"].as_table_like_mut()
        {
            ext.remove("dependencies");
        }
        Ok(removed)
    }

    fn dependencies_table(&mut self) -> Result<&mut dyn toml_edit::TableLike, Failure> {
        let mut item = self.document.as_item_mut();
        for key in ["package", "metadata", "ext", "dependencies"] {
            let table = item.as_table_like_mut().ok_or_else(|| {
                Diagnostic::error(code::APPLICATION_MANIFEST, format!("something on the way to `package.metadata.ext.dependencies` is no table (above `{key}`)"))
                    .at(Some(&place(&self.manifest)))
            })?;
            item = table.entry(key).or_insert_with(|| {
                let mut table = Table::new();
                // Only the last one gets a header of its own.
                table.set_implicit(key != "dependencies");
                Item::Table(table)
            });
        }
        item.as_table_like_mut().ok_or_else(|| {
            Failure::input(
                Diagnostic::error(
                    code::APPLICATION_MANIFEST,
                    "`package.metadata.ext.dependencies` is no table",
                )
                .at(Some(&place(&self.manifest))),
            )
        })
    }

    /// Adds one of our crates to a table of dependencies, or a feature to it.
    fn dependency(
        &mut self,
        section: &str,
        name: &str,
        feature: Option<&str>,
    ) -> Result<(), Failure> {
        let malformed =
            Diagnostic::error(code::APPLICATION_MANIFEST, format!("`{section}` is no table"))
                .at(Some(&place(&self.manifest)));
        let table = self.document.entry(section).or_insert(Item::Table(Table::new()));
        let table = table.as_table_like_mut().ok_or(malformed)?;
        if let Some(known) = table.get_mut(name) {
            return match feature {
                Some(feature) => self::feature(known, feature, &self.manifest),
                None => Ok(()),
            };
        }
        let mut value = our_crate(name);
        if let Some(feature) = feature {
            value.insert("features", Value::Array([feature].into_iter().collect()));
        }
        table.insert(name, toml_edit::value(value));
        Ok(())
    }

    /// Writes Cargo.toml, if anything changed.
    pub fn save(&self) -> Result<(), Failure> {
        let text = self.document.to_string();
        if text != self.original {
            write_atomic(&self.manifest, text.as_bytes())?;
        }
        Ok(())
    }

    /// Creates build.rs, or has its `main` call `ext_build::client()`.
    pub fn build_script(&self) -> Result<bool, Failure> {
        let path = self.folder.join("build.rs");
        const CALL: &str = "ext_build::client();";
        let text = match std::fs::read_to_string(&path) {
            Ok(text) if text.contains("ext_build::client(") => return Ok(false),
            Ok(text) => {
                let main =
                    text.find("fn main()").and_then(|at| Some(at + text[at..].find('{')? + 1));
                let Some(main) = main else {
                    return Err(Failure::input(
                        Diagnostic::error(
                            code::BUILD_SCRIPT,
                            "build.rs has no `fn main()` to add a line to",
                        )
                        .at(Some(&place(&path)))
                        .help(format!("call `{CALL}` in it, then run this again")),
                    ));
                };
                format!("{}\n    {CALL}{}", &text[..main], &text[main..])
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                format!(
                    "//! Writes the typed clients of the extensions that are called here.\n\n\
                     fn main() {{\n    {CALL}\n}}\n"
                )
            }
            Err(error) => return Err(Failure::file("read", &path, &error)),
        };
        write_atomic(&path, text.as_bytes())?;
        Ok(true)
    }
}

/// A dependency on one of our crates: by version, and by path as long as the checkout that
/// this command was installed from is there.
pub fn our_crate(name: &str) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("version", env!("CARGO_PKG_VERSION").into());
    if let Some(path) = checkout().map(|root| root.join("crates").join(name)) {
        table.insert("path", path.display().to_string().into());
    }
    table
}

/// The checkout that this command was installed from, if it is still there.
pub fn checkout() -> Option<&'static Path> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    root.join("crates/ext-runtime/Cargo.toml").is_file().then_some(root)
}

fn feature(dependency: &mut Item, feature: &str, manifest: &Path) -> Result<(), Failure> {
    if let Some(version) = dependency.as_str().map(str::to_owned) {
        let mut table = InlineTable::new();
        table.insert("version", version.into());
        *dependency = toml_edit::value(table);
    }
    let features = dependency
        .as_table_like_mut()
        .map(|table| table.entry("features").or_insert(toml_edit::value(toml_edit::Array::new())));
    let Some(features) = features.and_then(Item::as_array_mut) else {
        return Err(Failure::input(
            Diagnostic::error(
                code::APPLICATION_MANIFEST,
                format!("the features of a dependency are no list; `{feature}` is needed"),
            )
            .at(Some(&place(manifest))),
        ));
    };
    if !features.iter().any(|it| it.as_str() == Some(feature)) {
        features.push(feature);
    }
    Ok(())
}

fn place(path: &Path) -> Place {
    Place { file: path.display().to_string(), line: 0, column: 0 }
}
