//! The package's own part. The build script has said the same of its own extension, with
//! the lines of Cargo.toml; here it is about manifests from anywhere.

use crate::code::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::model::Extension;
use crate::naming;
use crate::package::{DATABASES, Permissions, rules};

/// Every error of a package manifest.
pub fn check(extension: &Extension, found: &mut Vec<Diagnostic>) {
    let package = &extension.package;
    let mut wrong = |code: Code, what: &str, value: &str, verdict: Result<(), String>| {
        if let Err(reason) = verdict {
            // What is wrong may be that it is long.
            let value: String = value.chars().take(80).collect();
            let message = format!("`{value}` cannot be a package's {what}: {reason}");
            found.push(Diagnostic::error(code, message));
        }
    };
    for (code, what, name) in [
        (code::NAMESPACE_MALFORMED, "namespace", &package.namespace),
        (code::NAME_MALFORMED, "name", &package.name),
    ] {
        wrong(code, what, name, naming::check_package(name).map_err(|it| it.to_string()));
    }
    let version = &package.version;
    wrong(code::VERSION_MALFORMED, "version", version, rules::version(version));
    for (what, text, longest) in [
        ("title", &package.title, rules::MAX_TITLE),
        ("description", &package.description, rules::MAX_DESCRIPTION),
        ("license", &package.license, rules::MAX_TEXT),
    ] {
        wrong(code::TEXT_MALFORMED, what, text, rules::text(text, longest));
    }
    for author in &package.authors {
        wrong(code::TEXT_MALFORMED, "author", author, rules::text(author, rules::MAX_TEXT));
    }
    for (what, address) in [("homepage", &package.homepage), ("repository", &package.repository)] {
        if !address.is_empty() {
            wrong(code::ADDRESS_MALFORMED, what, address, rules::address(address));
        }
    }
    for word in &package.keywords {
        wrong(code::WORD_MALFORMED, "keyword", word, rules::keyword(word));
    }
    for word in &package.categories {
        wrong(code::WORD_MALFORMED, "category", word, rules::category(word));
    }
    for database in &package.databases {
        let known = database == "all" || DATABASES.contains(&database.as_str());
        let verdict = if known { Ok(()) } else { Err("nobody knows it".to_owned()) };
        wrong(code::DATABASE_UNKNOWN, "database", database, verdict);
    }
    let Permissions { http, environment, folders, clocks: _ } = &package.permissions;
    type Fits = fn(&str) -> bool;
    let lists: [(_, _, Fits); 3] = [
        ("host", http, rules::host),
        ("variable", environment, rules::variable),
        ("folder", folders, rules::folder),
    ];
    for (what, list, fits) in lists {
        for entry in list {
            let verdict = if fits(entry) { Ok(()) } else { Err("it has no such form".to_owned()) };
            wrong(code::PERMISSION_MALFORMED, what, entry, verdict);
        }
    }
    for (what, value, range) in [
        ("time limit", package.limits.time_ms, rules::TIME_MS),
        ("memory limit", package.limits.memory_bytes, rules::MEMORY_BYTES),
    ] {
        if let Some(value) = value
            && !range.contains(&value)
        {
            let reason = format!("it is from {} to {}", range.start(), range.end());
            wrong(code::LIMIT_MALFORMED, what, &value.to_string(), Err(reason));
        }
    }
    for (code, what, length, most) in [
        (code::WORD_MALFORMED, "keywords", package.keywords.len(), rules::MAX_WORDS),
        (code::WORD_MALFORMED, "categories", package.categories.len(), rules::MAX_WORDS),
        (code::TEXT_MALFORMED, "authors", package.authors.len(), rules::MAX_ENTRIES),
        (code::DATABASE_UNKNOWN, "databases", package.databases.len(), rules::MAX_ENTRIES),
        (code::PERMISSION_MALFORMED, "hosts", http.len(), rules::MAX_ENTRIES),
        (code::PERMISSION_MALFORMED, "variables", environment.len(), rules::MAX_ENTRIES),
        (code::PERMISSION_MALFORMED, "folders", folders.len(), rules::MAX_ENTRIES),
    ] {
        if length > most {
            let message = format!("{length} {what}, and a package has at most {most}");
            found.push(Diagnostic::error(code, message));
        }
    }
    files(extension, found);
}

/// The table of files, and what refers to it.
fn files(extension: &Extension, found: &mut Vec<Diagnostic>) {
    let package = &extension.package;
    for file in &package.files {
        let path: String = file.path.chars().take(300).collect();
        if let Err(reason) = rules::path(&file.path) {
            let message = format!("`{path}` cannot be a file of a package: {reason}");
            found.push(Diagnostic::error(code::FILE_NAME, message));
        }
        if !rules::media_type(&file.media_type) || !rules::digest(&file.digest) {
            let message = format!("the media type or the digest of `{path}` is none");
            found.push(Diagnostic::error(code::FILES_CORRUPT, message));
        }
    }
    if let Err(reason) = rules::files(&package.files) {
        found.push(Diagnostic::error(code::FILES_TOO_LARGE, reason));
    }
    for (path, longest, what) in [
        (&package.icon, rules::MAX_ICON, "the icon"),
        (&package.readme, rules::MAX_README, "the readme"),
    ] {
        let file = package.files.iter().find(|file| file.path == *path);
        if !path.is_empty() && file.is_none_or(|it| it.size > longest) {
            let message = format!("{what} `{path}` is not in the package, or too large");
            found.push(Diagnostic::error(code::FILE_MISSING, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::package::{File, Package};

    /// A manifest with one action and this package.
    fn codes(change: impl Fn(&mut Package)) -> Vec<&'static str> {
        let mut package = Package {
            namespace: "acme".into(),
            name: "orders".into(),
            version: "1.0.0".into(),
            ..Package::default()
        };
        change(&mut package);
        let action = model::Action {
            name: "act".into(),
            description: String::new(),
            options: model::Options::default(),
            parameters: Vec::new(),
            result: None,
            error: None,
        };
        let extension =
            Extension { format: model::FORMAT, package, actions: vec![action], types: Vec::new() };
        match Extension::from_json(extension.to_json().as_bytes()) {
            Ok(read) => {
                assert_eq!(read, extension);
                Vec::new()
            }
            Err(found) => found.iter().map(|it| it.code.0).collect(),
        }
    }

    fn file(path: &str) -> File {
        let digest = format!("sha256:{}", "0".repeat(64));
        File { path: path.into(), size: 1, media_type: "text/csv".into(), digest, resource: true }
    }

    #[test]
    fn what_strangers_write() {
        let none: [&str; 0] = [];
        assert_eq!(codes(|_| {}), none);
        assert_eq!(codes(|it| it.files = vec![file("a"), file("b/c")]), none);
        assert_eq!(
            codes(|it| {
                it.files = vec![file("i.svg")];
                it.icon = "i.svg".into();
            }),
            none
        );
        type Change = fn(&mut Package);
        let cases: &[(&str, Change)] = &[
            ("EXT0103", |it| it.namespace = "A".into()),
            ("EXT0104", |it| it.name = String::new()),
            ("EXT0114", |it| it.version = "1".into()),
            ("EXT0110", |it| it.title = "x".repeat(101)),
            ("EXT0110", |it| it.description = "\x1b[2J".into()),
            ("EXT0110", |it| it.authors = vec![String::new(); 101]),
            ("EXT0111", |it| it.keywords = vec!["a".into(); 6]),
            ("EXT0111", |it| it.categories = vec!["A".into()]),
            ("EXT0112", |it| it.homepage = "javascript:alert(1)".into()),
            ("EXT0107", |it| it.databases = vec!["dbase".into()]),
            ("EXT0108", |it| it.permissions.folders = vec!["/a/../b".into()]),
            ("EXT0113", |it| it.limits.time_ms = Some(0)),
            ("EXT0113", |it| it.limits.memory_bytes = Some(u64::MAX)),
            ("EXT0118", |it| it.files = vec![file("../a")]),
            ("EXT0119", |it| it.files = vec![file("a"), file("A")]),
            ("EXT0121", |it| it.files = vec![File { digest: "x".into(), ..file("a") }]),
            ("EXT0116", |it| it.icon = "a".into()),
        ];
        for (code, change) in cases {
            assert_eq!(codes(change), [*code]);
        }
    }
}
