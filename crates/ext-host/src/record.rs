//! What an extension logs, and what is kept of a call besides its result.

use std::fmt;
use std::time::SystemTime;

use wasmtime::component::{ComponentType, Lift};

use crate::mask::Mask;

/// What an action said while it was called, without the values of secrets.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Output {
    /// What it wrote to its standard output and error: 64 KiB at most, the beginning and the
    /// end.
    pub text: String,
    /// What it logged, in its order: 1,000 records and 256 KiB at most, of which the last
    /// tenth is for warnings and errors.
    pub records: Vec<Record>,
    /// How many records were not kept: there were too many, or they were too long.
    pub dropped: u64,
    /// The message of the action's own error, if it failed with one, for logs.
    pub failure: Option<String>,
}

impl Output {
    /// Whether the action said nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.records.is_empty()
            && self.dropped == 0
            && self.failure.is_none()
    }

    pub(crate) fn hide(&mut self, mask: &Mask) {
        self.text = mask.text(&self.text);
        self.failure = self.failure.as_deref().map(|it| mask.text(it));
        self.records.iter_mut().for_each(|record| record.hide(mask));
    }
}

/// Something that an action logged.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When the host heard of it.
    pub at: SystemTime,
    /// How much it matters.
    pub level: Level,
    /// What it is about, the path of a module usually.
    pub target: String,
    /// What happened.
    pub message: String,
    /// More about it, by name.
    pub fields: Vec<(String, String)>,
}

impl Record {
    pub(crate) fn hide(&mut self, mask: &Mask) {
        for text in [&mut self.target, &mut self.message] {
            *text = mask.text(text);
        }
        for (name, value) in &mut self.fields {
            (*name, *value) = (mask.text(name), mask.text(value));
        }
    }
}

impl fmt::Display for Record {
    /// On one line, whatever is in it: `WARN orders::import: a line has no article line=3`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, target, message, .. } = self;
        write!(formatter, "{level} {}: {}", OneLine(target), OneLine(message))?;
        for (name, value) in &self.fields {
            let plain = !value.is_empty() && !value.contains([' ', '"', '=']);
            match plain {
                true => write!(formatter, " {}={}", OneLine(name), OneLine(value))?,
                false => write!(formatter, " {}={value:?}", OneLine(name))?,
            }
        }
        Ok(())
    }
}

/// A text with its control characters escaped: terminals obey some of them.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|it| match it.is_control() {
            true => write!(formatter, "{}", it.escape_default()),
            false => write!(formatter, "{it}"),
        })
    }
}

/// How much a record matters; what matters more is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
pub enum Level {
    /// Something failed.
    #[component(name = "error")]
    Error,
    /// Something is not as it should be.
    #[component(name = "warn")]
    Warn,
    /// Something that is worth knowing happened.
    #[component(name = "info")]
    Info,
    /// For those who look for a mistake.
    #[component(name = "debug")]
    Debug,
    /// For those who look very closely.
    #[component(name = "trace")]
    Trace,
}

impl Level {
    /// In capitals: `ERROR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
