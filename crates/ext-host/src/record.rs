//! What an extension logs, and what is kept of a call besides its result.

use std::fmt;
use std::time::SystemTime;

use crate::mask::Mask;

/// What an action said while it was called, without the values of secrets.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Output {
    /// What it wrote to its standard output and error: 64 KiB at most, the beginning and the
    /// end.
    pub text: String,
    /// What it logged, in its order.
    pub records: Vec<Record>,
    /// How many records were not kept, because there were too many or they were too long.
    pub dropped: u64,
}

impl Output {
    /// Whether the action said nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.records.is_empty() && self.dropped == 0
    }

    pub(crate) fn hide(&mut self, mask: &Mask) {
        self.text = mask.text(&self.text);
        for record in &mut self.records {
            record.message = mask.text(&record.message);
            for (_, value) in &mut record.fields {
                *value = mask.text(value);
            }
        }
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

impl fmt::Display for Record {
    /// On one line: `WARN orders::import: a line has no article line=3`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.level, self.target, self.message)?;
        self.fields.iter().try_for_each(|(name, value)| write!(formatter, " {name}={value}"))
    }
}

/// How much a record matters; what matters more is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is not as it should be.
    Warn,
    /// Something that is worth knowing happened.
    Info,
    /// For those who look for a mistake.
    Debug,
    /// For those who look very closely.
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
