//! Why a call gave no result, and why a package gave no extension.

use std::convert::Infallible;
use std::fmt;

use ext_definition::code::{self, Code};
use ext_definition::diagnostic::Diagnostic;
use ext_definition::values::Violation;
use serde_json::Value;

use crate::server::ServerError;

/// How messages about the runtime begin.
pub(crate) const CANNOT_RUN: &str = "the extension cannot be run: ";

/// Why a call gave no result. `E` is the action's own error.
#[derive(Debug)]
pub enum Error<E = Infallible> {
    /// The action ran and answered with its own error.
    Action(E),
    /// The extension has no such action.
    NotFound {
        /// The name that was asked for.
        action: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Arguments that do not fit; all of them.
    Arguments(Vec<Violation>),
    /// The action panicked, or did what WebAssembly forbids.
    Trap(Trap),
    /// The call reached a limit and was ended.
    Limit(Limit),
    /// There are as many instances as the host may have, and all are in use: later there may be
    /// room.
    Full,
    /// The runtime could not make or enter an instance.
    Runtime(String),
    /// The platform server on which the extension runs gave no answer of the action's.
    Server(Box<ServerError>),
}

impl<E> Error<E> {
    /// The code of this kind of error.
    pub fn code(&self) -> Code {
        match self {
            Self::Action(_) => code::ACTION_FAILED,
            Self::NotFound { .. } => code::ACTION_UNKNOWN,
            Self::Arguments(_) => code::ARGUMENTS,
            Self::Trap(_) => code::TRAPPED,
            Self::Limit(_) => code::LIMIT,
            Self::Full => code::SERVER_FULL,
            Self::Runtime(_) => code::LOAD,
            Self::Server(error) => error.code(),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(error) => write!(formatter, "{error}"),
            Self::NotFound { action, known } => {
                let known = known.join(", ");
                write!(formatter, "no action is named `{action}`; there are: {known}")
            }
            Self::Arguments(errors) => {
                let errors: Vec<String> = errors.iter().map(Violation::to_string).collect();
                write!(formatter, "arguments do not fit: {}", errors.join("; "))
            }
            Self::Trap(trap) => write!(formatter, "{trap}"),
            Self::Limit(limit) => write!(formatter, "{limit}"),
            Self::Full => formatter.write_str("there is no room for another instance"),
            Self::Runtime(reason) => write!(formatter, "{CANNOT_RUN}{reason}"),
            Self::Server(error) => write!(formatter, "{error}"),
        }
    }
}

impl<E: fmt::Display + fmt::Debug> std::error::Error for Error<E> {}

/// An action's own error, where its type is not known to the program: JSON calls.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionError {
    /// What it says.
    pub message: String,
    /// The case and its data: `"Case"` or `{"Case": data}`, or the error value itself when
    /// it is no `ExtError`.
    pub value: Value,
}

impl fmt::Display for ActionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ActionError {}

/// The end of a call that went wrong inside the extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// The panic's message, or what WebAssembly forbids.
    pub message: String,
    /// Where the panic is in the extension's source.
    pub place: Option<String>,
}

impl fmt::Display for Trap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "the action panicked at {place}: {}", self.message),
            None => write!(formatter, "the action trapped: {}", self.message),
        }
    }
}

/// The limit that a call reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It ran too long.
    Time {
        /// What was allowed.
        allowed: std::time::Duration,
    },
    /// It asked for more memory than it may have, and could not go on without.
    Memory {
        /// Bytes that were allowed.
        allowed: usize,
    },
    /// Its result is too large.
    Output {
        /// Bytes that were allowed.
        allowed: usize,
    },
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { allowed } => write!(formatter, "the call took longer than {allowed:?}"),
            Self::Memory { allowed } => {
                write!(formatter, "the call needs more memory than {allowed} bytes")
            }
            Self::Output { allowed } => {
                write!(formatter, "the call's result is larger than {allowed} bytes")
            }
        }
    }
}

/// Why a package gave no extension.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    File(std::path::PathBuf, std::io::Error),
    /// The registry does not give it: not there, or not what was locked.
    Registry(ext_registry::Error),
    /// Its definition is not one.
    Definition(Vec<Diagnostic>),
    /// The component does not have the types that its definition says.
    Mismatch(String),
    /// wasmtime refuses it.
    Component(String),
    /// What it is granted cannot be given.
    Grant(String),
    /// The platform server on which it should run does not have it, or cannot be reached.
    Server(Box<ServerError>),
}

impl LoadError {
    /// The code of this kind of error.
    pub fn code(&self) -> Code {
        match self {
            Self::Mismatch(_) => code::MISMATCH,
            Self::Registry(error) => Code(error.code()),
            Self::Definition(errors) => errors.first().map_or(code::LOAD, |error| error.code),
            Self::File(..) | Self::Component(_) | Self::Grant(_) => code::LOAD,
            Self::Server(error) => error.code(),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => {
                write!(formatter, "{} cannot be read: {error}", path.display())
            }
            Self::Registry(error) => write!(formatter, "{error}"),
            Self::Definition(errors) => {
                let errors: Vec<&str> = errors.iter().map(|it| it.message.as_str()).collect();
                write!(formatter, "{}", errors.join("; "))
            }
            Self::Mismatch(reason) => {
                write!(formatter, "the package's definition and its component differ: {reason}")
            }
            Self::Component(reason) => {
                write!(formatter, "the component cannot be loaded: {reason}")
            }
            Self::Grant(reason) => write!(formatter, "a grant cannot be given: {reason}"),
            Self::Server(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for LoadError {}
