//! One source file: its text, and the way from syn's spans to its bytes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use proc_macro2::Span;

use crate::failure::Failure;

/// Largest source file that is read, in bytes.
const MAX: u64 = 16 << 20;

/// A file and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: PathBuf,
    pub text: String,
    /// What syn was not given: a byte order mark, a line that starts with `#!`.
    skipped: usize,
}

impl SourceFile {
    /// Reads and parses a file.
    pub fn read(path: &Path) -> Result<(Self, syn::File), Failure> {
        let size = std::fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
        if size.len() > MAX {
            let message = format!("the file has more than {} MiB", MAX >> 20);
            let place = Place { file: path.display().to_string(), line: 0, column: 0 };
            return Err(Diagnostic::error(code::SOURCE_SYNTAX, message).at(Some(&place)).into());
        }
        let text =
            std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
        Ok(Self::parse(path, text)?)
    }

    /// Parses a file's text.
    pub fn parse(path: &Path, text: String) -> Result<(Self, syn::File), Diagnostic> {
        let mut skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let rest = &text[skipped..];
        if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
            skipped += rest.find('\n').unwrap_or(rest.len());
        }
        let file = Self { path: path.to_owned(), text, skipped };
        match syn::parse_str::<syn::File>(&file.text[skipped..]) {
            Ok(syntax) => Ok((file, syntax)),
            Err(error) => {
                let place = file.place(file.range(error.span()).start);
                let message = format!("the file is no Rust: {error}");
                Err(Diagnostic::error(code::SOURCE_SYNTAX, message).at(Some(&place)))
            }
        }
    }

    /// What syn was given.
    pub fn parsed_text(&self) -> &str {
        &self.text[self.skipped..]
    }

    /// The bytes of a span.
    pub fn range(&self, span: Span) -> Range<usize> {
        let range = span.byte_range();
        range.start + self.skipped..range.end + self.skipped
    }

    /// Where a byte is, for people.
    pub fn place(&self, at: usize) -> Place {
        let before = &self.text[..at.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place {
            file: self.path.display().to_string(),
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }

    /// The white space before a byte, back to the start of its line; nothing if something
    /// else stands there.
    pub fn indentation(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &self.text[start..at];
        if before.trim().is_empty() { before } else { "" }
    }

    /// The start of the line of a byte if only white space stands before it.
    pub fn start_of_line(&self, at: usize) -> usize {
        at - self.indentation(at).len()
    }

    /// Text of ours with this file's ends of lines.
    pub fn with_line_ends(&self, text: &str) -> String {
        match self.text.contains("\r\n") {
            true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            false => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_bytes_of_the_file() {
        for text in [
            "fn größe() {} fn name() {}",
            "\u{feff}// ä\r\nfn name() {}\r\n",
            "#!/usr/bin/env run\nfn name() {}",
            "#![allow(dead_code)]\nfn name() {}",
        ] {
            let (file, syntax) = SourceFile::parse(Path::new("x.rs"), text.to_owned()).unwrap();
            let syn::Item::Fn(function) = syntax.items.last().unwrap() else { panic!("{text}") };
            assert_eq!(&text[file.range(function.sig.ident.span())], "name", "{text}");
        }
    }

    #[test]
    fn mistakes_have_places() {
        let error = SourceFile::parse(Path::new("x.rs"), "fn a() {}\nfn b(".into()).err().unwrap();
        assert_eq!(error.places[0].line, 2, "{error}");
    }
}
