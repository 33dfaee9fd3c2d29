//! Reading Cargo.toml: values with their places, mistakes collected.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ext_definition::code::Code;
use ext_definition::package::quoted;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake, at its line.
#[derive(Debug)]
pub struct Mistake {
    code: Code,
    path: PathBuf,
    line: usize,
    column: usize,
    message: String,
    /// The one way out, as JSON.
    fix: Option<String>,
}

impl Mistake {
    /// As an entry of the definition's section, for `cargo ext check`.
    pub fn entry(&self) -> String {
        let Self { code, path, line, column, message, fix } = self;
        let [code, path, message] = [code.0, &path.display().to_string(), message].map(quoted);
        let fix = fix.as_ref().map(|fix| format!(",\"fix\":{fix}")).unwrap_or_default();
        format!(
            "{{\"format\":1,\"mistake\":{{\"code\":{code},\"message\":{message},\
             \"file\":{path},\"line\":{line},\"column\":{column}{fix}}}}}"
        )
    }

    /// Whether it is of this kind.
    pub fn is(&self, code: Code) -> bool {
        self.code == code
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, line, column, message, .. } = self;
        write!(formatter, "[{code}] {}:{line}:{column}: {message}", path.display())
    }
}

/// A manifest being read.
pub struct Reader<'a> {
    source: &'a str,
    path: &'a Path,
    /// What was found wrong so far.
    pub mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    /// Starts on `source`, which is the content of `path`.
    pub fn new(source: &'a str, path: &'a Path) -> Self {
        Self { source, path, mistakes: Vec::new() }
    }

    /// Notes a mistake at a range of bytes.
    pub fn mistake(&mut self, code: Code, at: Range<usize>, message: impl Into<String>) {
        let (line, column) = self.place(at);
        let path = self.path.to_owned();
        let message = message.into();
        self.mistakes.push(Mistake { code, path, line, column, message, fix: None });
    }

    /// Says what would certainly mend the last mistake: this text instead of that range, which
    /// is on one line.
    pub fn fix(&mut self, at: Range<usize>, text: &str) {
        let length = self.source.get(at.clone()).map_or(0, |it| it.chars().count());
        let (line, column) = self.place(at);
        let text = quoted(text);
        if let Some(mistake) = self.mistakes.last_mut() {
            mistake.fix = Some(format!(
                "{{\"line\":{line},\"column\":{column},\"length\":{length},\"text\":{text}}}"
            ));
        }
    }

    /// As [`Reader::fix`], for a text behind everything.
    pub fn fix_at_end(&mut self, text: &str) {
        let end = self.source.len();
        self.fix(end..end, text);
    }

    /// Whether a range is the header of a table, `[name]`.
    pub fn is_header(&self, at: &Range<usize>) -> bool {
        let text = self.source.get(at.clone()).unwrap_or_default();
        text.starts_with('[') && text.ends_with(']') && !text.contains('\n')
    }

    /// Line and column of a range of bytes, from 1.
    pub fn place(&self, at: Range<usize>) -> (usize, usize) {
        let before = self.source.get(..at.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|it| *it != '\n').count() + 1;
        (line, column)
    }

    /// A string, or a mistake.
    pub fn string(&mut self, code: Code, key: &str, value: &Spanned<DeValue>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            other => {
                let message = format!("`{key}` must be a string, not {}", kind(other));
                self.mistake(code, value.span(), message);
                None
            }
        }
    }

    /// A list of strings with the place of each, or mistakes. A string alone is a list of one.
    pub fn strings(
        &mut self,
        code: Code,
        key: &str,
        value: &Spanned<DeValue>,
    ) -> Vec<(String, Range<usize>)> {
        match value.get_ref() {
            DeValue::Array(values) => (values.iter())
                .filter_map(|value| Some((self.string(code, key, value)?, value.span())))
                .collect(),
            DeValue::String(text) => vec![(text.to_string(), value.span())],
            other => {
                let message = format!("`{key}` must be a list of strings, not {}", kind(other));
                self.mistake(code, value.span(), message);
                Vec::new()
            }
        }
    }

    /// A table, or a mistake.
    pub fn table<'v, 't>(
        &mut self,
        code: Code,
        key: &str,
        value: &'v Spanned<DeValue<'t>>,
    ) -> Option<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            other => {
                let message = format!("`{key}` must be a table, not {}", kind(other));
                self.mistake(code, value.span(), message);
                None
            }
        }
    }
}

/// The one of the known names that differs in capitals, hyphens and underscores only.
pub fn same_letters<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let letters = |name: &str| name.replace(['_', '-', ' '], "").to_lowercase();
    known.iter().copied().find(|it| letters(it) == letters(name))
}

/// What a value is, for people.
pub fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
