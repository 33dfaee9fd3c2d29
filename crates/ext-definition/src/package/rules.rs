//! What each part of a package manifest must be: for the build script, which knows the line,
//! and for whoever reads a stranger's package.

use std::collections::HashSet;

use super::File;

/// Longest title, in characters.
pub const MAX_TITLE: usize = 100;
/// Longest description of a package, in characters: what crates.io takes.
pub const MAX_DESCRIPTION: usize = 1000;
/// Longest other text: a license, an author, an address.
pub const MAX_TEXT: usize = 500;
/// Most keywords, and most categories: what crates.io takes.
pub const MAX_WORDS: usize = 5;
/// Most entries of a list of authors, databases or permissions.
pub const MAX_ENTRIES: usize = 100;
/// Most files in a package.
pub const MAX_FILES: usize = 4096;
/// Most bytes of all files of a package.
pub const MAX_FILES_SIZE: u64 = 64 << 20;
/// Largest icon, in bytes.
pub const MAX_ICON: u64 = 64 << 10;
/// Largest readme, in bytes.
pub const MAX_README: u64 = 1 << 20;
/// Longest path of a file, in bytes.
pub const MAX_PATH: usize = 255;
/// The shortest and the longest time that a call may be held to, in milliseconds.
pub const TIME_MS: std::ops::RangeInclusive<u64> = 1..=24 * 60 * 60 * 1000;
/// The least and the most memory that an instance may be held to, in bytes. Below 2 MiB not
/// even a stack fits.
pub const MEMORY_BYTES: std::ops::RangeInclusive<u64> = 2 << 20..=4 << 30;

type Verdict = Result<(), String>;

/// A text for people.
pub fn text(text: &str, longest: usize) -> Verdict {
    let length = text.chars().count();
    if length > longest {
        return Err(format!("it has {length} characters, and at most {longest} are shown"));
    }
    match text.chars().find(|it| it.is_control() && !matches!(it, '\n' | '\t')) {
        Some(control) => Err(format!("it holds the control character {control:?}")),
        None => Ok(()),
    }
}

/// A keyword, as crates.io takes it.
pub fn keyword(text: &str) -> Verdict {
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '+');
    if text.is_empty() || text.len() > 20 {
        Err("a keyword has 1 to 20 characters".into())
    } else if !text.starts_with(|it: char| it.is_ascii_alphanumeric()) || !text.chars().all(plain) {
        Err("a keyword starts with an ASCII letter or digit, and has letters, digits, `-`, `_` and `+`".into())
    } else {
        Ok(())
    }
}

/// A category in the form of those of crates.io: `finance`, `science::maths`.
pub fn category(text: &str) -> Verdict {
    let word = |word: &str| {
        let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        word.starts_with(|it: char| it.is_ascii_lowercase()) && word.chars().all(plain)
    };
    match text.len() <= 64 && text.split("::").all(word) {
        true => Ok(()),
        false => Err("a category is lower-case words such as `finance` or `science::maths`, \
                      64 characters at most"
            .into()),
    }
}

/// A page on the web.
pub fn address(text: &str) -> Verdict {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else {
        return Err("an address starts with `https://` or `http://`".into());
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |it: char| it.is_ascii_graphic() && !matches!(it, '"' | '<' | '>' | '\\' | '`');
    if host.is_empty() || host.contains('@') || !text.chars().all(plain) || text.len() > MAX_TEXT {
        return Err(format!(
            "an address has a host, no spaces and no user, and at most {MAX_TEXT} characters"
        ));
    }
    Ok(())
}

/// A semantic version (semver 2.0.0).
pub fn version(text: &str) -> Verdict {
    let malformed = || Err("a version is three numbers such as `1.2.0`".to_owned());
    let (rest, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(b)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    let number = |it: &str| {
        it.parse::<u64>().is_ok_and(|value| value.to_string() == it) // no sign, no leading zero
    };
    let words = |it: &str| {
        let plain = |it: char| it.is_ascii_alphanumeric() || it == '-';
        it.split('.').all(|word| !word.is_empty() && word.chars().all(plain))
    };
    let numbers = |it: &str| {
        let padded = |word: &str| word.len() > 1 && word.starts_with('0');
        it.split('.').all(|it| !(padded(it) && it.bytes().all(|it| it.is_ascii_digit())))
    };
    if text.len() > MAX_PATH || core.split('.').count() != 3 || !core.split('.').all(number) {
        return malformed();
    }
    if !build.is_none_or(words) || !pre.is_none_or(|it| words(it) && numbers(it)) {
        return malformed();
    }
    Ok(())
}

/// A host to which requests are sent: `api.example.com`, `*.example.com`, with a port perhaps.
pub fn host(text: &str) -> bool {
    let host = text.strip_prefix("*.").unwrap_or(text);
    let (host, port) = host.split_once(':').unwrap_or((host, "0"));
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
    };
    text.len() <= MAX_PATH && host.split('.').all(label) && port.parse::<u16>().is_ok()
}

/// Whether a host (with a port perhaps) is by its name the machine itself, or one of its own network:
/// an address, or a name without a domain. Resolvers take `127.0.0.0x1` for an address, too;
/// no domain of the first level begins with a digit.
pub fn is_near(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let name = name.strip_prefix("*.").unwrap_or(name).to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.')
        || matches!(last, "localhost" | "internal" | "local")
        || last.starts_with(|it: char| it.is_ascii_digit())
}

/// The name of a variable of the environment.
pub fn variable(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    !text.is_empty() && text.len() <= MAX_PATH && text.chars().all(plain)
}

/// A folder on the host.
pub fn folder(text: &str) -> bool {
    text.starts_with('/')
        && text.len() <= MAX_TEXT
        && !text.chars().any(char::is_control)
        && !text.split('/').any(|part| part == "..")
}

/// The path of a file in a package: one that every operating system can have below a folder,
/// and that leaves it nowhere.
pub fn path(path: &str) -> Verdict {
    if path.is_empty() || path.len() > MAX_PATH {
        return Err(format!("a path has 1 to {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Err("a path is relative to the folder of Cargo.toml".into());
    }
    for part in path.split('/') {
        if matches!(part, "" | "." | "..") {
            return Err(format!("a path has no part `{part}`"));
        }
        // What Windows cannot have in a name, and what hides or cheats on a terminal.
        let refused = |it: char| {
            it.is_control() || matches!(it, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        };
        if let Some(refused) = part.chars().find(|it| refused(*it)) {
            return Err(format!("no name has the character {refused:?}"));
        }
        if part.ends_with(['.', ' ']) || part.starts_with(' ') {
            return Err(format!("`{part}` starts or ends with what Windows drops"));
        }
        let stem = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
        let numbered = |device: &str| {
            stem.strip_prefix(device)
                .is_some_and(|it| it.len() == 1 && it.as_bytes()[0].is_ascii_digit())
        };
        if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
            || numbered("COM")
            || numbered("LPT")
        {
            return Err(format!("`{part}` is a device on Windows"));
        }
    }
    Ok(())
}

/// A media type (RFC 6838, section 4.2): `text/csv`.
pub fn media_type(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || "!#$&-^_.+".contains(it);
    let name = |it: &str| it.len() <= 127 && !it.is_empty() && it.chars().all(plain);
    text.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype))
}

/// A content digest: `sha256:` and 64 lower-case hexadecimal digits.
pub fn digest(text: &str) -> bool {
    let digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(digit))
}

/// What is wrong with a table of files as a whole, beyond [`path`].
pub fn files(files: &[File]) -> Verdict {
    if files.len() > MAX_FILES {
        return Err(format!("{} files, and a package has at most {MAX_FILES}", files.len()));
    }
    let mut size: u64 = 0;
    // Names that differ in their case are one on some systems.
    let mut paths = HashSet::new();
    for file in files {
        size = size.saturating_add(file.size);
        if !paths.insert(file.path.to_lowercase()) {
            return Err(format!(
                "`{}` is there twice, but for upper and lower case perhaps",
                file.path
            ));
        }
    }
    if size > MAX_FILES_SIZE {
        let (size, most) = (size.div_ceil(1 << 20), MAX_FILES_SIZE >> 20);
        return Err(format!("the files have {size} MiB, and a package at most {most} MiB"));
    }
    for path in &paths {
        let folder_is_a_file = |(at, _): (usize, &str)| paths.contains(&path[..at]);
        if path.match_indices('/').any(folder_is_a_file) {
            return Err(format!("`{path}` is below something that is a file"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tells_apart(rule: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(rule(text), "{text}");
        }
        for text in bad {
            assert!(!rule(text), "{text}");
        }
    }

    #[test]
    fn texts() {
        tells_apart(
            |it| text(it, 5).is_ok(),
            &["", "größe", "a\nb\tc"],
            &["größer", "a\0", "\x1b[1"],
        );
        tells_apart(
            |it| keyword(it).is_ok(),
            &["orders", "c++", "2d", "a_b-c", "abcdefghijklmnopqrst"],
            &["", "-a", "a b", "ä", "abcdefghijklmnopqrstu"],
        );
        tells_apart(
            |it| category(it).is_ok(),
            &["finance", "science::maths", "no-std"],
            &["", "Finance", "a::", "a:b", "a b", "2d"],
        );
        tells_apart(
            |it| address(it).is_ok(),
            &["https://example.com", "http://localhost:80/a?b#c", "https://[::1]/"],
            &[
                "",
                "example.com",
                "https://",
                "https:///a",
                "ftp://a",
                "https://a b",
                "https://u@h",
                "javascript:alert(1)",
                "https://a/\"><b",
            ],
        );
        tells_apart(
            |it| version(it).is_ok(),
            &["0.0.0", "1.2.3", "1.2.3-rc.1", "1.2.3-0a+b.01", "10.20.30"],
            &[
                "", "1", "1.2", "1.2.3.4", "01.2.3", "+1.2.3", "1.2.x", "1.2.3-", "1.2.3-01",
                "1.2.3+", "1.2.3-ä",
            ],
        );
    }

    #[test]
    fn paths() {
        tells_apart(
            |it| path(it).is_ok(),
            &["a", "data/rates 2026.csv", "größe/日本.txt", ".hidden", "console.txt", "com10"],
            &[
                "",
                "/",
                "/etc/passwd",
                "..",
                "a/../b",
                "a//b",
                "a/",
                "./a",
                "a\\b",
                "C:/a",
                "a\0b",
                "a\nb",
                "con",
                "Aux.txt",
                "a/NUL",
                "lpt1.x",
                "a.",
                "a ",
                "a*",
            ],
        );
        assert!(path(&"a".repeat(MAX_PATH)).is_ok());
        assert!(path(&"a".repeat(MAX_PATH + 1)).is_err());
    }

    #[test]
    fn versions_are_semantic() {
        for good in ["0.0.0", "1.2.0-rc.1+b.007", "1.0.0--1", "10.20.30+x"] {
            assert_eq!(version(good), Ok(()), "{good}");
        }
        let long = format!("1.0.0-{}", "a".repeat(MAX_PATH));
        for bad in [
            "",
            "1",
            "1.0",
            "01.0.0",
            "1.0.0.0",
            "1.0.0-",
            "1.0.0-01",
            "1.0.0+",
            "1.0.0;",
            "1.0.0\n",
            "99999999999999999999.0.0",
            &long,
        ] {
            assert!(version(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tables_of_files() {
        let table = |paths: &[&str]| -> Vec<File> {
            paths.iter().map(|it| File { path: (*it).into(), ..File::default() }).collect()
        };
        assert_eq!(files(&table(&["a", "b/a", "b/c", "bb"])), Ok(()));
        for bad in [&["a", "a"][..], &["a", "A"], &["Ä", "ä"], &["a", "a/b"], &["a/B/c", "A/b"]] {
            assert!(files(&table(bad)).is_err(), "{bad:?}");
        }
        let large = |size: u64| File { path: size.to_string(), size, ..File::default() };
        assert_eq!(files(&[large(MAX_FILES_SIZE)]), Ok(()));
        assert!(files(&[large(MAX_FILES_SIZE), large(1)]).is_err());
        assert!(files(&[large(u64::MAX), large(1)]).is_err());
        let many: Vec<File> = (0..=MAX_FILES as u64)
            .map(|it| File { path: it.to_string(), ..File::default() })
            .collect();
        assert!(files(&many).is_err());
        assert_eq!(files(&many[1..]), Ok(()));
    }
}
