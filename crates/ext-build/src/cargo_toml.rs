//! Reading Cargo.toml: values with their places, mistakes collected.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ext_definition::code::Code;
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
}

impl Mistake {
    /// Whether it is of this kind.
    pub fn is(&self, code: Code) -> bool {
        self.code == code
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, path, line, column, message } = self;
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
        self.mistakes.push(Mistake { code, path, line, column, message: message.into() });
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
