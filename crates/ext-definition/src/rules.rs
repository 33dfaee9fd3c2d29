//! What an author asks of values beyond their types, and what else is said of a parameter,
//! a field or an action: the attributes `#[ext(…)]` and `#[ext_action(…)]`.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::model::Type;

/// What is asked of a parameter's or a field's value, and said about it. For an `option`
/// it is about the value that is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Stands in when no value is given, written as the type's JSON value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// A value for documentation and tests, written as the type's JSON value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// Fewest characters of a text, bytes of binary data, elements of a list or map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Most characters, bytes, elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// A regular expression that the whole text matches (syntax of the crate `regex`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Most digits behind the decimal point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Never to be logged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
    /// The name that it had before: its key for consumers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// Its name in JSON, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_name: Option<String>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

impl Rules {
    /// Whether nothing is asked or said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In a few words, for people: `default "EUR"`, `at most 40 long`.
    pub fn summary(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut about = |word: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{word} {value}").trim().to_owned()));
        };
        about("default", self.default.as_ref().map(Value::to_string));
        about("at least", self.min.as_ref().map(Number::to_string));
        about("at most", self.max.as_ref().map(Number::to_string));
        about("at least", self.min_length.map(|it| format!("{it} long")));
        about("at most", self.max_length.map(|it| format!("{it} long")));
        about("at most", self.decimals.map(|it| format!("{it} decimals")));
        about("matches", self.pattern.clone());
        about("secret", self.secret.then(String::new));
        about("was", self.renamed_from.clone());
        about("deprecated:", self.deprecated.clone());
        words
    }

    /// What a value of the type must keep to, in words: `from 1 to 3`, `at most 40 characters`.
    /// The pattern is not among it: it is no word.
    pub fn conditions(&self, ty: &Type) -> Vec<String> {
        let unit = match ty.required() {
            binary if binary.is_binary() => "byte",
            Type::List(_) | Type::Map(_) => "element",
            _ => "character",
        };
        let counted = |count: u32, unit: &str| match count {
            1 => format!("1 {unit}"),
            _ => format!("{count} {unit}s"),
        };
        let range = match (&self.min, &self.max) {
            (Some(min), Some(max)) => Some(format!("from {min} to {max}")),
            (Some(min), None) => Some(format!("at least {min}")),
            (None, Some(max)) => Some(format!("at most {max}")),
            (None, None) => None,
        };
        let length = match (self.min_length, self.max_length) {
            (Some(min), Some(max)) if min == max => Some(format!("exactly {}", counted(min, unit))),
            (Some(min), Some(max)) => Some(format!("{min} to {}", counted(max, unit))),
            (Some(min), None) => Some(format!("at least {}", counted(min, unit))),
            (None, Some(max)) => Some(format!("at most {}", counted(max, unit))),
            (None, None) => None,
        };
        let decimals = self.decimals.map(|it| format!("at most {}", counted(it, "decimal")));
        range.into_iter().chain(length).chain(decimals).collect()
    }

    /// Whether a value has to be looked at.
    pub fn constrain(&self) -> bool {
        self.min.is_some()
            || self.max.is_some()
            || self.min_length.is_some()
            || self.max_length.is_some()
            || self.pattern.is_some()
            || self.decimals.is_some()
    }
}

/// What is said about an action beyond its signature.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The picture's file, relative to the package: PNG or SVG.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub icon: String,
    /// Under which heading it is listed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// A pure function: the same arguments give the same result, which may be kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub function: bool,
    /// The names of several outputs: of the elements of the result, which is a tuple.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// The name that it had before: its key for consumers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

impl Options {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
