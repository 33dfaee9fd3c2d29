//! What a package says about itself as a whole.

use std::fmt::Write;

use ext_definition::package::{Package, Permissions};

use crate::shell::size;

/// Writes title, description, and a table of the rest. Writing to a `String` cannot fail.
pub fn about(out: &mut String, package: &Package, bytes: usize) {
    let title =
        if package.title.is_empty() { String::new() } else { format!(" — {}", package.title) };
    let _ = writeln!(out, "{} {}{title}", package.id(), package.version);
    if !package.description.is_empty() {
        let _ = writeln!(out, "{}", package.description);
    }
    let _ = writeln!(out);
    for (key, value) in [
        ("size", size(bytes)),
        ("license", package.license.clone()),
        ("authors", package.authors.join(", ")),
        ("homepage", package.homepage.clone()),
        ("repository", package.repository.clone()),
        ("categories", package.categories.join(", ")),
        ("keywords", package.keywords.join(", ")),
        ("databases", package.databases.join(", ")),
        ("icon", package.icon.clone()),
        ("readme", package.readme.clone()),
        ("asks for", permissions(&package.permissions)),
        ("at most", limits(package)),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "{key:<12}{value}");
        }
    }
    for (heading, resource) in [("Resources", true), ("Files", false)] {
        let files: Vec<_> = package.files.iter().filter(|it| it.resource == resource).collect();
        if files.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{heading}");
        let width = files.iter().map(|it| it.path.chars().count()).max().unwrap_or(0).min(60);
        for file in files {
            let size = size(usize::try_from(file.size).unwrap_or(usize::MAX));
            let _ = writeln!(out, "  {:<width$}  {size:>10}  {}", file.path, file.media_type);
        }
    }
}

fn permissions(asked: &Permissions) -> String {
    let lists =
        [("http", &asked.http), ("environment", &asked.environment), ("folders", &asked.folders)];
    let mut all: Vec<String> = (lists.iter())
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| format!("{name} {}", list.join(", ")))
        .collect();
    all.extend(asked.clocks.then(|| "clocks".to_owned()));
    all.join("; ")
}

fn limits(package: &Package) -> String {
    let time = package.limits.time_ms.map(|it| format!("{} s for a call", it as f64 / 1000.0));
    let memory = package
        .limits
        .memory_bytes
        .map(|it| format!("{} of memory", size(usize::try_from(it).unwrap_or(usize::MAX))));
    time.into_iter().chain(memory).collect::<Vec<_>>().join(", ")
}
