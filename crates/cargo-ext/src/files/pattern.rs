//! Which files a pattern in `resources` stands for.

use std::path::Path;

use ext_definition::code::{self, Code};
use ext_definition::package::rules;
use glob::{MatchOptions, Pattern};

/// Most files and folders that one pattern is compared with.
const MAX_VISITED: usize = 100_000;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

type Refused = (Code, String);

/// The files that a pattern stands for, relative to `root` and in order; at least one.
///
/// `*` and `?` stand for what is between two `/`, `**` for any folders. A folder stands for
/// everything below. What starts with a dot is left out unless it is named, and so are
/// symbolic links to folders, and folders that hold caches, such as cargo's target.
pub fn expand(root: &Path, pattern: &str) -> Result<Vec<String>, Refused> {
    let trimmed = pattern.trim_end_matches('/');
    let compiled = Pattern::new(trimmed).map_err(|error| {
        (code::PATTERN_OF_FILES, format!("`{pattern}` is no pattern: {}", error.msg))
    })?;
    let mut walk = Walk { root, pattern: compiled, paths: Vec::new(), visited: 0 };
    // What is plain needs no search, and may start with a dot.
    let plain = |part: &&str| !part.contains(['*', '?', '[']);
    let start: Vec<&str> = trimmed.split('/').take_while(plain).collect();
    let start = start.join("/");
    let on_disk = root.join(&start);
    if start == trimmed {
        match on_disk.is_dir() {
            true => walk.folder(&start, true, 0)?,
            // Whether it is there, reading it shows.
            false => walk.paths.push(start),
        }
    } else if on_disk.is_dir() {
        walk.folder(&start, false, 0)?;
    }
    if walk.paths.is_empty() {
        return Err((code::FILE_MISSING, format!("`{pattern}` in `resources` matches no file")));
    }
    walk.paths.sort();
    Ok(walk.paths)
}

struct Walk<'a> {
    root: &'a Path,
    pattern: Pattern,
    paths: Vec<String>,
    visited: usize,
}

impl Walk<'_> {
    /// Looks through a folder; with `all`, everything below belongs to it.
    fn folder(&mut self, path: &str, all: bool, depth: usize) -> Result<(), Refused> {
        const OPTIONS: MatchOptions = MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        let on_disk = self.root.join(path);
        let unreadable = |error: std::io::Error| {
            (code::FILE_MISSING, format!("{} cannot be read: {error}", on_disk.display()))
        };
        if depth > MAX_DEPTH {
            let message = format!("`{path}` is deeper than {MAX_DEPTH} folders");
            return Err((code::FILES_TOO_LARGE, message));
        }
        for entry in std::fs::read_dir(&on_disk).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            self.visited += 1;
            if self.visited > MAX_VISITED || self.paths.len() > rules::MAX_FILES {
                let message = format!(
                    "`{}` is about too many files: at most {} are packed, and {MAX_VISITED} looked at",
                    self.pattern,
                    rules::MAX_FILES
                );
                return Err((code::FILES_TOO_LARGE, message));
            }
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let message = format!("{} is no Unicode text", entry.path().display());
                return Err((code::FILE_NAME, message));
            };
            if name.starts_with('.') {
                continue;
            }
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let belongs = all || self.pattern.matches_with(&path, OPTIONS);
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                if !entry.path().join("CACHEDIR.TAG").exists() {
                    self.folder(&path, belongs, depth + 1)?;
                }
            } else if belongs && !entry.path().is_dir() {
                self.paths.push(path);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "a.csv",
            "b.txt",
            "data/c.csv",
            "data/deep/d.csv",
            "data/.hidden.csv",
            "data/[e].csv",
            ".config/f.csv",
            "target/g.csv",
            "target/CACHEDIR.TAG",
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("data/circle")).unwrap();
        for (pattern, expected) in [
            ("a.csv", &["a.csv"][..]),
            ("*.csv", &["a.csv"]),
            ("data/*.csv", &["data/[e].csv", "data/c.csv"]),
            ("data/**/*.csv", &["data/[e].csv", "data/c.csv", "data/deep/d.csv"]),
            ("**/*.csv", &["a.csv", "data/[e].csv", "data/c.csv", "data/deep/d.csv"]),
            ("data", &["data/[e].csv", "data/c.csv", "data/deep/d.csv"]),
            ("data/", &["data/[e].csv", "data/c.csv", "data/deep/d.csv"]),
            ("d*", &["data/[e].csv", "data/c.csv", "data/deep/d.csv"]),
            ("data/d?ep", &["data/deep/d.csv"]),
            (".config/*", &[".config/f.csv"]),
            (".config/f.csv", &[".config/f.csv"]),
            ("[ab].*", &["a.csv", "b.txt"]),
            ("not/there.csv", &["not/there.csv"]),
        ] {
            assert_eq!(expand(root, pattern).unwrap(), expected, "{pattern}");
        }
        for (pattern, expected) in [
            ("*.json", code::FILE_MISSING),
            ("not/*", code::FILE_MISSING),
            ("a[", code::PATTERN_OF_FILES),
            ("a**b", code::PATTERN_OF_FILES),
        ] {
            assert_eq!(expand(root, pattern).unwrap_err().0, expected, "{pattern}");
        }
    }
}
