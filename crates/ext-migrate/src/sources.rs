//! Finds and reads the C# files of a folder, within bounds.

use std::path::Path;

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};

use super::model::{Note, Topic};

/// Folders of tools: what is in them was generated or fetched.
const SKIPPED: &[&str] = &["bin", "obj", "node_modules", "packages", "TestResults"];
/// Largest file that is read, in bytes. Generated ones have some hundred KiB.
const MAX_FILE: u64 = 8 << 20;
/// All files together, in bytes.
const MAX_TOTAL: u64 = 256 << 20;
const MAX_FILES: usize = 20_000;
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 32;

/// A C# file.
#[derive(Debug)]
pub struct Source {
    /// Relative to the folder that was given, with slashes.
    pub name: String,
    pub text: String,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Sources {
    /// In the order of their names.
    pub files: Vec<Source>,
    /// What could not be read.
    pub notes: Vec<Note>,
    total: u64,
}

/// The C# files below a folder, or the one file.
///
/// # Errors
/// When there is nothing, or no C# file.
pub fn find(path: &Path) -> Result<Sources, Diagnostic> {
    let missing = |message: String| {
        let help = "give the folder with the extension's `.cs` files: for O11 that of \
                    Interface.cs (Source/NET), for ODC that of the project";
        Diagnostic::error(code::SOURCES_MISSING, message).help(help)
    };
    let metadata = std::fs::metadata(path)
        .map_err(|error| missing(format!("{} cannot be read: {error}", path.display())))?;
    let mut sources = Sources::default();
    if metadata.is_dir() {
        sources.folder(path, "", 0);
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sources.file(path, name);
    }
    if sources.files.is_empty() {
        return Err(match sources.notes.is_empty() {
            true => missing(format!("there is no C# file in {}", path.display())),
            false => missing(format!("no C# file in {} can be read", path.display())),
        });
    }
    Ok(sources)
}

impl Sources {
    /// Symbolic links are not followed: they may lead anywhere, and round in circles.
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.note(name, &format!("the folder cannot be read: {error}")),
        };
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() { own.clone() } else { format!("{name}/{own}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    let skipped = SKIPPED.iter().any(|it| it.eq_ignore_ascii_case(&own));
                    if skipped || own.starts_with('.') {
                        continue;
                    }
                    if depth == MAX_DEPTH {
                        self.note(&name, "the folder is too deep to be looked into");
                    } else {
                        self.folder(&entry.path(), &name, depth + 1);
                    }
                }
                Ok(kind) if kind.is_file() && own.to_ascii_lowercase().ends_with(".cs") => {
                    self.file(&entry.path(), name);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path, name: String) {
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        if size > MAX_FILE || self.total + size > MAX_TOTAL || self.files.len() == MAX_FILES {
            return self.note(&name, "the file was not read: it is too large, or one of too many");
        }
        match std::fs::read(path) {
            Ok(bytes) => {
                self.total += size;
                let text = self.text(&bytes, &name);
                self.files.push(Source { name, text });
            }
            Err(error) => self.note(&name, &format!("the file cannot be read: {error}")),
        }
    }

    /// Decodes UTF-8 and UTF-16, with or without a mark; anything else as Windows-1252.
    fn text(&mut self, bytes: &[u8], name: &str) -> String {
        let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect()
        };
        match bytes {
            [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
                Ok(text) => text.to_owned(),
                Err(_) => {
                    self.note(name, "the file is not UTF-8: check texts beyond ASCII");
                    rest.iter().map(|&byte| windows_1252(byte)).collect()
                }
            },
        }
    }

    fn note(&mut self, name: &str, text: &str) {
        let place = Place { file: name.to_owned(), line: 0, column: 0 };
        self.notes.push(Note {
            topic: Topic::Source,
            element: String::new(),
            text: text.to_owned(),
            place: Some(place),
        });
    }
}

/// Decodes a byte of Windows-1252, which differs from Latin-1 in 0x80 to 0x9f. The five bytes
/// that it leaves open are control characters, as in the WHATWG Encoding Standard.
fn windows_1252(byte: u8) -> char {
    const FROM_0X80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => FROM_0X80[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_read_and_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, bytes).expect("written");
        };
        write("b/Bom.cs", b"\xef\xbb\xbfa");
        write("a.CS", "ä".as_bytes());
        write("b/Latin.cs", b"\xe4 \x80 \x93\x9f");
        write("b/Wide.cs", b"\xff\xfea\0");
        write("b/obj/No.cs", b"");
        write(".git/No.cs", b"");
        write("readme.txt", b"");
        let huge = std::fs::File::create(folder.path().join("Huge.cs")).expect("made");
        huge.set_len(MAX_FILE + 1).expect("grown");
        let found = find(folder.path()).expect("files");
        let texts: Vec<_> =
            found.files.iter().map(|it| (it.name.as_str(), it.text.as_str())).collect();
        assert_eq!(
            texts,
            [("a.CS", "ä"), ("b/Bom.cs", "a"), ("b/Latin.cs", "ä € “Ÿ"), ("b/Wide.cs", "a")]
        );
        let notes: Vec<_> =
            found.notes.iter().filter_map(|it| it.place.as_ref()).map(|it| &it.file).collect();
        assert_eq!(notes, ["Huge.cs", "b/Latin.cs"]);
        assert!(find(&folder.path().join("none")).is_err());
    }
}
