//! Example values: what a call of an action could look like.
//!
//! An author's `example` comes first, then the `default`, then a value that fits the type and
//! its rules. Where none can be made for certain (of a pattern that is more than characters
//! and counts, say) a placeholder stands in, and [`Example::open`] says what is asked of it.

mod number;
mod pattern;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Action, Case, Extension, Field, Kind, Rules, Type, TypeDefinition};

/// A value, and what has to be put right in it by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// As the type's JSON value.
    pub value: Value,
    /// Where a placeholder stands, and what is asked of the value: nothing, if it fits.
    pub open: Vec<Open>,
}

/// A placeholder in an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Where: `lines[0].sku`.
    pub path: String,
    /// What is asked: `must match [A-Z]+-(?:1|2)`.
    pub reason: String,
}

/// Most values in an example. Structures of structures grow fast, and a definition may be a
/// stranger's.
const MAX_VALUES: usize = 500;

/// The arguments of a call. Optional ones are given too: they show what they look like.
pub fn arguments(extension: &Extension, action: &Action) -> Example {
    let mut maker = Maker::new(extension);
    let members = (action.parameters.iter())
        .map(|it| (it.json_name().to_owned(), maker.field(it, it.json_name())));
    let value = Value::Object(members.collect::<Map<_, _>>());
    Example { value, open: maker.open }
}

/// A value of a type.
pub fn value(extension: &Extension, ty: &Type) -> Example {
    let mut maker = Maker::new(extension);
    let value = maker.value(ty, &Rules::default(), "value");
    Example { value, open: maker.open }
}

struct Maker<'a> {
    types: BTreeMap<&'a str, &'a TypeDefinition>,
    open: Vec<Open>,
    values: usize,
}

impl<'a> Maker<'a> {
    fn new(extension: &'a Extension) -> Self {
        Self { types: extension.types_by_name(), open: Vec::new(), values: 0 }
    }

    /// Notes that a placeholder stands at the path.
    fn open(&mut self, path: &str, reason: impl Into<String>) {
        self.open.push(Open { path: path.to_owned(), reason: reason.into() });
    }

    fn field(&mut self, field: &Field, path: &str) -> Value {
        match field.rules.example.as_ref().or(field.rules.default.as_ref()) {
            Some(given) => given.clone(),
            None => self.value(&field.ty, &field.rules, path),
        }
    }

    /// `rules` are about the value that is there: an option passes them on.
    fn value(&mut self, ty: &Type, rules: &Rules, path: &str) -> Value {
        self.values += 1;
        if self.values > MAX_VALUES {
            if self.values == MAX_VALUES + 1 {
                self.open(path, "and what follows is left out: the example would be too long");
            }
            return Value::Null;
        }
        let none = Rules::default();
        match ty {
            Type::Unit => Value::Null,
            Type::Bool => true.into(),
            Type::Char => "a".into(),
            number if number.is_number() => number::fitting(number, rules).unwrap_or_else(|| {
                self.open(path, format!("must be {}", rules.conditions(ty).join(", ")));
                json!(0)
            }),
            Type::String => self.text("text", rules, path),
            Type::Date => "2026-11-23".into(),
            Type::Time => "13:45:00".into(),
            Type::DateTime => "2026-11-23T13:45:00+01:00".into(),
            Type::Duration => "PT1H30M".into(),
            Type::Uuid => "67e55044-10b1-426f-9247-bb680e5fe0c8".into(),
            Type::Email => self.of_length("ada@example.com", rules, path),
            Type::PhoneNumber => "+351210000000".into(),
            Type::Url => self.of_length("https://example.com/", rules, path),
            Type::Json => json!({ "key": "value" }),
            binary if binary.is_binary() => {
                let count = self.count(rules, 3, path);
                base64_of_zeros(count).into()
            }
            Type::List(of) => {
                let count = self.count(rules, 1, path);
                (0..count).map(|it| self.value(of, &none, &format!("{path}[{it}]"))).collect()
            }
            Type::Array(of) => {
                let count = of.1 as usize;
                if count > MAX_VALUES {
                    self.open(path, format!("must have {count} elements"));
                }
                (0..count.min(MAX_VALUES))
                    .map(|it| self.value(&of.0, &none, &format!("{path}[{it}]")))
                    .collect()
            }
            Type::Tuple(elements) => (elements.iter().enumerate())
                .map(|(index, of)| self.value(of, &none, &format!("{path}[{index}]")))
                .collect(),
            Type::Map(both) => self.map(both, rules, path),
            Type::Option(of) => match self.value(of, rules, path) {
                // The inner one is in a list.
                inner if matches!(**of, Type::Option(_)) => json!([inner]),
                inner => inner,
            },
            Type::Result(both) => json!({ "ok": self.value(&both.0, &none, path) }),
            Type::Named(name) => match self.types.get(name.as_str()).map(|it| &it.kind) {
                Some(Kind::Structure { fields }) => self.structure(fields, path),
                Some(Kind::Enum { cases } | Kind::Variant { cases }) => self.case(cases, path),
                None => Value::Null,
            },
            // The numbers, which were caught above.
            _ => json!(0),
        }
    }

    /// Fields that need not be given are left out, unless their author has shown what stands
    /// there.
    fn structure(&mut self, fields: &[Field], path: &str) -> Value {
        let mut object = Map::new();
        for field in fields {
            let name = field.json_name();
            if field.is_mandatory()
                || field.rules.example.is_some()
                || field.rules.default.is_some()
            {
                object.insert(name.to_owned(), self.field(field, &format!("{path}.{name}")));
            }
        }
        object.into()
    }

    fn case(&mut self, cases: &[Case], path: &str) -> Value {
        let Some(case) = cases.first() else { return Value::Null };
        let name = case.json_name();
        match &case.ty {
            None => name.into(),
            Some(data) => {
                let data = self.value(data, &Rules::default(), &format!("{path}.{name}"));
                json!({ name: data })
            }
        }
    }

    fn map(&mut self, both: &(Type, Type), rules: &Rules, path: &str) -> Value {
        let count = self.count(rules, 1, path);
        let cases = match &both.0 {
            Type::Named(name) => match self.types.get(name.as_str()).map(|it| &it.kind) {
                Some(Kind::Enum { cases }) => cases.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        let mut entries = Map::new();
        for index in 0..count {
            let key = match &both.0 {
                Type::Named(_) => cases.get(index).map(|it| it.json_name().to_owned()),
                Type::Char => u8::try_from(index)
                    .ok()
                    .filter(|it| *it < 26)
                    .map(|it| char::from(b'a' + it).to_string()),
                Type::String if index == 0 => Some("key".into()),
                Type::String => Some(format!("key{}", index + 1)),
                Type::S8 if index > 126 => None,
                Type::U8 if index > 254 => None,
                _ => Some((index + 1).to_string()),
            };
            let Some(key) = key else {
                self.open(
                    path,
                    format!(
                        "must have {}",
                        rules.conditions(&Type::Map(both.clone().into())).join(", ")
                    ),
                );
                break;
            };
            let value = self.value(&both.1, &Rules::default(), &format!("{path}.{key}"));
            entries.insert(key, value);
        }
        entries.into()
    }

    /// How many elements or bytes there are: as many as wanted, or as the rules ask for.
    fn count(&mut self, rules: &Rules, wanted: usize, path: &str) -> usize {
        let min = rules.min_length.unwrap_or(0) as usize;
        let max = rules.max_length.map_or(usize::MAX, |it| it as usize);
        if min > MAX_VALUES {
            self.open(path, format!("must have at least {min}"));
        }
        wanted.max(min).min(max).min(MAX_VALUES)
    }

    fn text(&mut self, wanted: &str, rules: &Rules, path: &str) -> Value {
        let Some(pattern) = &rules.pattern else { return self.of_length(wanted, rules, path) };
        let min = rules.min_length.unwrap_or(0) as usize;
        let max = rules.max_length.map_or(usize::MAX, |it| it as usize);
        match pattern::matching(pattern) {
            Some(text) if (min..=max).contains(&text.chars().count()) => text.into(),
            _ => {
                self.open(path, format!("must match {pattern}"));
                wanted.into()
            }
        }
    }

    /// A text as long as the rules want it. Those of a form cannot be cut.
    fn of_length(&mut self, wanted: &str, rules: &Rules, path: &str) -> Value {
        let min = rules.min_length.unwrap_or(0) as usize;
        let max = rules.max_length.map_or(usize::MAX, |it| it as usize);
        if (min..=max).contains(&wanted.len()) {
            return wanted.into();
        }
        if wanted != "text" || min > MAX_VALUES {
            let conditions = rules.conditions(&Type::String).join(", ");
            self.open(path, format!("must have {conditions}"));
            return wanted.into();
        }
        let count = wanted.len().clamp(min, max.max(min));
        wanted.chars().chain(" text".chars().cycle()).take(count).collect::<String>().into()
    }
}

/// RFC 4648, section 4.
fn base64_of_zeros(bytes: usize) -> String {
    let digits = (bytes * 8).div_ceil(6);
    "A".repeat(digits) + &"=".repeat(digits.next_multiple_of(4) - digits)
}

#[cfg(test)]
mod tests;
