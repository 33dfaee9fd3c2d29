//! The files that travel in a package: found, read and checked, and described in the
//! definition.

mod media;
mod pattern;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use ext_definition::code::{self, Code};
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::files::digest;
use ext_definition::icon;
use ext_definition::package::{File, Source, rules};
use ext_definition::resolve::Resolved;

use crate::failure::Failure;

/// Reads what Cargo.toml and the actions name, and completes the definition with it: the
/// contents of the package's files, in the order of its table. `used` are the resources that
/// the code names.
pub fn collect(
    resolved: &mut Resolved,
    package: &Package,
    used: &[(String, Place)],
) -> Result<Vec<Vec<u8>>, Failure> {
    let manifest = Place { file: package.manifest_path.to_string(), line: 0, column: 0 };
    let folder = package.manifest_path.parent().map(|it| it.as_std_path().to_owned());
    let folder = folder.unwrap_or_default();
    // Only to be compared with.
    let root = folder.canonicalize().map_err(|it| Failure::file("read", &folder, &it))?;
    let mut files = Files { folder, root, files: BTreeMap::new(), size: 0, found: Vec::new() };

    let sources = &resolved.sources;
    let place =
        |source: &Source| Place { line: source.line, column: source.column, ..manifest.clone() };
    for source in &sources.resources {
        files.resources(&source.path, &place(source));
    }
    let described = &mut resolved.extension.package;
    if let Some(source) = &sources.icon {
        files.icon(&source.path, &place(source));
        described.icon = source.path.clone();
    }
    for (action, place) in resolved.extension.actions.iter().zip(&resolved.places.actions) {
        if !action.options.icon.is_empty() {
            files.icon(&action.options.icon, place);
        }
    }
    match (&sources.readme, &package.readme) {
        (Some(source), _) => {
            files.add(&source.path, rules::MAX_README, &place(source));
            described.readme = source.path.clone();
        }
        // cargo's own may be the workspace's, in a folder above.
        (None, Some(readme)) => {
            if let Some(name) = readme.file_name() {
                let path = files.folder.join(readme);
                files.add_from(name, &path, rules::MAX_README, &manifest);
                described.readme = name.to_owned();
            }
        }
        (None, None) => {}
    }
    // `[package]` may take these from the workspace, which cargo has resolved.
    words(&mut described.keywords, &package.keywords, rules::keyword, &manifest, &mut files);
    words(&mut described.categories, &package.categories, rules::category, &manifest, &mut files);

    let (table, contents) = files.files.into_values().unzip();
    described.files = table;
    if let Err(reason) = rules::files(&described.files) {
        let error = Diagnostic::error(code::FILES_TOO_LARGE, reason);
        files.found.push(error.at(Some(&manifest)));
    }
    for (path, place) in used {
        if !described.files.iter().any(|file| file.resource && file.path == *path) {
            let message = format!("no resource of the package is `{path}`");
            files.found.push(
                Diagnostic::error(code::RESOURCE_UNKNOWN, message)
                    .at(Some(place))
                    .help("name it in `resources` of `[package.metadata.ext]`"),
            );
        }
    }
    resolved.found.extend(files.found);
    Ok(contents)
}

/// cargo's words, where the extension has none of its own.
fn words(
    own: &mut Vec<String>,
    cargos: &[String],
    rule: fn(&str) -> Result<(), String>,
    manifest: &Place,
    files: &mut Files,
) {
    if !own.is_empty() {
        return;
    }
    for word in cargos {
        if let Err(reason) = rule(word) {
            files.error(
                code::WORD_MALFORMED,
                format!("`{word}` in `[package]`: {reason}"),
                manifest,
            );
        }
    }
    if cargos.len() > rules::MAX_WORDS {
        let message = format!(
            "{} keywords or categories in `[package]`, at most {}",
            cargos.len(),
            rules::MAX_WORDS
        );
        files.error(code::WORD_MALFORMED, message, manifest);
    }
    own.extend_from_slice(cargos);
}

/// Files being collected, by their paths in the package.
struct Files {
    /// That of Cargo.toml.
    folder: PathBuf,
    /// The same without symbolic links.
    root: PathBuf,
    files: BTreeMap<String, (File, Vec<u8>)>,
    size: u64,
    found: Vec<Diagnostic>,
}

impl Files {
    fn error(&mut self, code: Code, message: String, place: &Place) {
        self.found.push(Diagnostic::error(code, message).at(Some(place)));
    }

    fn resources(&mut self, pattern: &str, place: &Place) {
        let paths = match pattern::expand(&self.folder, pattern) {
            Ok(paths) => paths,
            Err((code, reason)) => return self.error(code, reason, place),
        };
        for path in paths {
            if let Some(file) = self.add(&path, rules::MAX_FILES_SIZE, place) {
                file.resource = true;
            }
            // One message about each package is enough.
            if self.size > rules::MAX_FILES_SIZE {
                return;
            }
        }
    }

    fn icon(&mut self, path: &str, place: &Place) {
        if self.add(path, rules::MAX_ICON, place).is_none() {
            return;
        }
        let Some((file, content)) = self.files.get_mut(path) else { return };
        match icon::check(content) {
            Ok(form) => file.media_type = form.media_type().to_owned(),
            Err(reason) => {
                let message = format!("`{path}` cannot be an icon: {reason}");
                self.error(code::ICON_MALFORMED, message, place);
            }
        }
    }

    /// A file of the extension's own folder.
    fn add(&mut self, path: &str, largest: u64, place: &Place) -> Option<&mut File> {
        if let Err(reason) = rules::path(path) {
            let message = format!("`{path}` cannot be a file of a package: {reason}");
            self.error(code::FILE_NAME, message, place);
            return None;
        }
        let on_disk = self.folder.join(path);
        if let Ok(real) = on_disk.canonicalize()
            && !real.starts_with(&self.root)
        {
            let message =
                format!("`{path}` leads outside of the extension's folder, to {}", real.display());
            self.error(code::FILE_OUTSIDE, message, place);
            return None;
        }
        self.add_from(path, &on_disk, largest, place)
    }

    fn add_from(
        &mut self,
        path: &str,
        on_disk: &Path,
        largest: u64,
        place: &Place,
    ) -> Option<&mut File> {
        if !self.files.contains_key(path) {
            let content = self.read(path, on_disk, place)?;
            self.size += content.len() as u64;
            let file = File {
                path: path.to_owned(),
                size: content.len() as u64,
                media_type: media::of(path).to_owned(),
                digest: digest(&content),
                resource: false,
            };
            self.files.insert(path.to_owned(), (file, content));
        }
        let size = self.files.get(path)?.0.size;
        if size > largest {
            let message =
                format!("`{path}` has {size} bytes, and at most {largest} are allowed here");
            self.error(code::FILES_TOO_LARGE, message, place);
            return None;
        }
        self.files.get_mut(path).map(|(file, _)| file)
    }

    fn read(&mut self, path: &str, on_disk: &Path, place: &Place) -> Option<Vec<u8>> {
        let most = rules::MAX_FILES_SIZE;
        // Opening a pipe would wait for its writer for ever.
        let content = std::fs::metadata(on_disk).and_then(|metadata| {
            if !metadata.is_file() {
                return Err(std::io::Error::other("it is no file"));
            }
            let mut content = Vec::new();
            std::fs::File::open(on_disk)?.take(most + 1).read_to_end(&mut content)?;
            Ok(content)
        });
        match content {
            Ok(content) if content.len() as u64 <= most => return Some(content),
            Ok(_) => {
                let message = format!("`{path}` has more than {} MiB", most >> 20);
                self.error(code::FILES_TOO_LARGE, message, place);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.error(code::FILE_MISSING, format!("there is no file `{path}`"), place);
            }
            Err(error) => {
                self.error(code::FILE_MISSING, format!("`{path}` cannot be read: {error}"), place);
            }
        }
        None
    }
}
