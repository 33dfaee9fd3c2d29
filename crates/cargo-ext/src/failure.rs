//! Why a command ended early, and the exit code that says so.

use cargo_metadata::Package;
use ext_definition::code::{self, Code};
use ext_definition::diagnostic::{Diagnostic, Place};

/// The user's input is wrong.
pub const INPUT: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// The environment failed: a tool, a disk, the machine.
pub const ENVIRONMENT: u8 = 3;

/// What a command says when it cannot do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// One of the constants above.
    pub exit: u8,
    /// The package that it is about, if it is about one's source.
    pub package: Option<Box<Package>>,
}

impl Failure {
    /// Several mistakes, with one of the constants above.
    pub fn new(diagnostics: Vec<Diagnostic>, exit: u8) -> Self {
        Self { diagnostics, exit, package: None }
    }

    /// Says which package it is about.
    pub fn about(self, package: &Package) -> Self {
        Self { package: Some(Box::new(package.clone())), ..self }
    }

    /// Wrong input.
    pub fn input(diagnostic: Diagnostic) -> Self {
        Self::new(vec![diagnostic], INPUT)
    }

    /// A wrong command line.
    pub fn usage(diagnostic: Diagnostic) -> Self {
        Self::new(vec![diagnostic], USAGE)
    }

    /// A failing environment.
    pub fn environment(diagnostic: Diagnostic) -> Self {
        Self::new(vec![diagnostic], ENVIRONMENT)
    }

    /// A file that cannot be read or written.
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let message = format!("{} cannot be {action}: {error}", path.display());
        Self::environment(Diagnostic::error(code::FILE, message))
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::input(diagnostic)
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::new(diagnostics, INPUT)
    }
}

impl From<ext_registry::Error> for Failure {
    fn from(error: ext_registry::Error) -> Self {
        let place = error.place().map(|path| Place {
            file: path.display().to_string(),
            line: 0,
            column: 0,
        });
        let diagnostic = Diagnostic::error(Code(error.code()), error.message());
        let diagnostic = diagnostic.at(place.as_ref()).help(error.help());
        match error.kind() {
            ext_registry::ErrorKind::Io { .. } | ext_registry::ErrorKind::Busy { .. } => {
                Self::environment(diagnostic)
            }
            _ => Self::input(diagnostic),
        }
    }
}

impl From<ext_host::LoadError> for Failure {
    fn from(error: ext_host::LoadError) -> Self {
        match error {
            ext_host::LoadError::Registry(error) => error.into(),
            ext_host::LoadError::Definition(errors) => errors.into(),
            other => Self::input(Diagnostic::error(other.code(), other.to_string())),
        }
    }
}
