//! JSON values against a definition: everything that is wrong about them, at its path.
//!
//! One reader serves who only wants to know ([`check`]) and who makes values of its own
//! ([`read`], with a [`Sink`]).

mod format;
mod number;
mod pattern;
mod read;
mod rules;

use std::collections::{BTreeMap, HashMap};

use regex::Regex;
use serde_json::Value;

pub use format::check as check_format;
pub use pattern::pattern;
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
    patterns: BTreeMap<String, Result<Regex, String>>,
}

/// Most violations that are told of one value: who calls may be a stranger too.
pub const MAX_VIOLATIONS: usize = 100;

impl Types {
    /// Those of a definition. Patterns that cannot be compiled match nothing.
    pub fn of(definition: &Extension) -> Self {
        let named = definition.types.iter().map(|ty| (ty.name.clone(), ty.clone())).collect();
        let mut compiler = pattern::Compiler::default();
        let mut patterns = BTreeMap::new();
        for text in definition.fields().filter_map(|field| field.rules.pattern.as_ref()) {
            if !patterns.contains_key(text) {
                patterns.insert(text.clone(), compiler.compile(text));
            }
        }
        Self { named, patterns }
    }

    /// The type of a name.
    pub fn named(&self, name: &str) -> Option<&TypeDefinition> {
        self.named.get(name)
    }

    /// What is wrong with a pattern of the definition.
    pub(crate) fn pattern_mistake(&self, text: &str) -> Option<&str> {
        self.patterns.get(text)?.as_ref().err().map(String::as_str)
    }
}

/// So many values are enough for most arguments ([`read`]).
pub const ENOUGH: usize = 4 << 20;

/// Reads an object with these members, parameters for instance, as values of the sink, in
/// the order of the fields: at most so many values, since a few bytes of JSON may stand for many.
/// What a structure has counts as two, for its name, whether it was given or not; four bytes
/// of binary data count as one.
///
/// # Errors
/// Everything that does not fit.
pub fn read<S: Sink>(
    types: &Types,
    fields: &[Field],
    value: &Value,
    most: usize,
) -> Result<Vec<S::Value>, Vec<Violation>> {
    let mut reader = read::Reader::<S>::new(types, most);
    let values = reader.fields(fields, value, &read::Path::Arguments);
    match values {
        Some(values) if reader.violations.is_empty() => Ok(values),
        _ => Err(reader.violations),
    }
}

/// Checks values of single fields: defaults, examples. What they may take from defaults is
/// bounded for all of them together.
pub(crate) struct Checking<'t>(read::Reader<'t, ()>);

impl<'t> Checking<'t> {
    pub fn new(types: &'t Types) -> Self {
        Self(read::Reader::new(types, usize::MAX))
    }

    /// What is wrong with one field's value.
    pub fn check(&mut self, field: &Field, value: &Value) -> Vec<Violation> {
        let _ = self.0.field(field, value, &read::Path::Name(&field.name));
        std::mem::take(&mut self.0.violations)
    }
}

/// Whether one number is at most the other.
pub(crate) fn in_order(min: &serde_json::Number, max: &serde_json::Number) -> bool {
    match (number::Number::parse(&min.to_string()), number::Number::parse(&max.to_string())) {
        (Some(min), Some(max)) => min <= max,
        _ => false,
    }
}
