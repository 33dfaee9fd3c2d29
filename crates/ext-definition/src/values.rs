//! JSON values against a definition: everything that is wrong about them, at its path.
//!
//! One reader serves who only wants to know ([`check`]) and who makes values of its own
//! ([`read`], with a [`Sink`]).

mod format;
mod number;
mod read;
mod rules;

use std::collections::{BTreeMap, HashMap};

use regex::Regex;
use serde_json::Value;

pub use format::check as check_format;
pub use read::Sink;
pub use rules::{Measured, Pattern};

use crate::model::{Extension, Field, TypeDefinition};

/// One value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: `lines[2].quantity`.
    pub path: String,
    /// Why: `must be a whole number from 0 to 255`.
    pub reason: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}` {}", self.path, self.reason)
    }
}

/// What is needed to read values: a definition's types by name, its patterns compiled.
#[derive(Debug, Clone, Default)]
pub struct Types {
    named: HashMap<String, TypeDefinition>,
    patterns: BTreeMap<String, Regex>,
}

/// Largest compiled pattern, in bytes: they come from strangers.
const MAX_PATTERN: usize = 1 << 20;

/// A pattern that is matched as a whole.
///
/// # Errors
/// What is wrong with it.
pub fn pattern(pattern: &str) -> Result<Regex, String> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(MAX_PATTERN)
        .dfa_size_limit(MAX_PATTERN)
        .build()
        // The first lines show the pattern, the last says what is wrong.
        .map_err(|error| {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
        })
}

impl Types {
    /// Those of a definition. Patterns that cannot be compiled match nothing.
    pub fn of(definition: &Extension) -> Self {
        let named = definition.types.iter().map(|ty| (ty.name.clone(), ty.clone())).collect();
        let patterns = (definition.fields())
            .filter_map(|field| field.rules.pattern.as_ref())
            .filter_map(|text| Some((text.clone(), pattern(text).ok()?)))
            .collect();
        Self { named, patterns }
    }

    /// The type of a name.
    pub fn named(&self, name: &str) -> Option<&TypeDefinition> {
        self.named.get(name)
    }
}

/// Reads an object with these members, parameters for instance, as values of the sink, in
/// the order of the fields.
///
/// # Errors
/// Everything that does not fit.
pub fn read<S: Sink>(
    types: &Types,
    fields: &[Field],
    value: &Value,
) -> Result<Vec<(String, S::Value)>, Vec<Violation>> {
    let mut reader = read::Reader::<S>::new(types);
    let values = reader.fields(fields, value, "");
    match values {
        Some(values) if reader.violations.is_empty() => Ok(values),
        _ => Err(reader.violations),
    }
}

/// Checks one field's value: its default, an example.
pub fn check(types: &Types, field: &Field, value: &Value) -> Vec<Violation> {
    let mut reader = read::Reader::<()>::new(types);
    let _ = reader.field(field, value, &field.name);
    reader.violations
}

/// Whether one number is at most the other.
pub(crate) fn in_order(min: &serde_json::Number, max: &serde_json::Number) -> bool {
    match (number::Number::parse(&min.to_string()), number::Number::parse(&max.to_string())) {
        (Some(min), Some(max)) => min <= max,
        _ => false,
    }
}
