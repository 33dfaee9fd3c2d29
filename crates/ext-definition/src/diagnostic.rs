//! What is wrong, where, and what to do about it.

use serde::{Deserialize, Serialize};

use crate::code::{Code, WARNINGS};

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// As rustc names it: usually relative to the workspace.
    pub file: String,
    /// From 1; 0 if unknown.
    pub line: u32,
    /// From 1, in characters; 0 if unknown.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.column) {
            (0, _) => formatter.write_str(&self.file),
            (line, 0) => write!(formatter, "{}:{line}", self.file),
            (line, column) => write!(formatter, "{}:{line}:{column}", self.file),
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing can be published.
    Error,
    /// It can be lived with.
    Warning,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which kind of mistake.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, and why.
    pub message: String,
    /// Where; the first place is the one to look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A change that certainly mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Box<Fix>>,
}

/// A change of the file that a diagnostic's first place is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Where the text is that goes: from 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// How many characters go, all on that line.
    pub length: u32,
    /// What stands there instead.
    pub text: String,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        debug_assert!(!WARNINGS.contains(&code), "{code} is a warning");
        Self::new(code, Severity::Error, message.into())
    }

    /// A warning, of one of [`WARNINGS`].
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        debug_assert!(WARNINGS.contains(&code), "{code} is no warning");
        Self::new(code, Severity::Warning, message.into())
    }

    fn new(code: Code, severity: Severity, message: String) -> Self {
        Self { code, severity, message, places: Vec::new(), help: None, fix: None }
    }

    /// Adds a place, if it is known.
    pub fn at(mut self, place: Option<&Place>) -> Self {
        self.places.extend(place.cloned());
        self
    }

    /// Adds a change that certainly mends it.
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Adds the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Says of diagnostics without a place which file they are about.
pub fn in_file(mut found: Vec<Diagnostic>, name: &str) -> Vec<Diagnostic> {
    for diagnostic in found.iter_mut().filter(|it| it.places.is_empty()) {
        diagnostic.places.push(Place { file: name.to_owned(), line: 0, column: 0 });
    }
    found
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, "{severity}[{}]: {}", self.code, self.message)?;
        for (index, place) in self.places.iter().enumerate() {
            write!(formatter, "\n  {} {place}", if index == 0 { "-->" } else { "and" })?;
        }
        if let Some(help) = &self.help {
            write!(formatter, "\n  = help: {help}")?;
        }
        Ok(())
    }
}
