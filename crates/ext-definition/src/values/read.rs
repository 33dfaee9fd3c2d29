//! From JSON to values; every mistake is noted with its path.

use std::collections::{HashMap, HashSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use super::rules::{Measured, broken};
use super::{MAX_VIOLATIONS, Types, Violation, format};
use crate::model::{Case, Field, Kind, Rules, Type};
use crate::naming::kebab;

/// What values are made of: the component model's, nothing at all (for checks only).
pub trait Sink {
    /// A value.
    type Value;
    /// `bool`.
    fn bool(value: bool) -> Self::Value;
    /// A signed whole number in the range of `ty`.
    fn signed(ty: &Type, value: i64) -> Self::Value;
    /// An unsigned whole number in the range of `ty`.
    fn unsigned(ty: &Type, value: u64) -> Self::Value;
    /// A floating-point number.
    fn float(ty: &Type, value: f64) -> Self::Value;
    /// `char`.
    fn char(value: char) -> Self::Value;
    /// A text, of whatever form.
    fn text(value: &str) -> Self::Value;
    /// Binary data.
    fn bytes(value: Vec<u8>) -> Self::Value;
    /// A list.
    fn list(values: Vec<Self::Value>) -> Self::Value;
    /// A tuple; an entry of a map is one of key and value.
    fn tuple(values: Vec<Self::Value>) -> Self::Value;
    /// An option.
    fn option(value: Option<Self::Value>) -> Self::Value;
    /// A result; `None` for a payload of the unit type.
    fn result(value: Result<Option<Self::Value>, Option<Self::Value>>) -> Self::Value;
    /// A structure: names in kebab-case.
    fn record(fields: Vec<(String, Self::Value)>) -> Self::Value;
    /// A case of an enum, in kebab-case.
    fn case(name: String) -> Self::Value;
    /// A case of a variant, in kebab-case.
    fn variant(name: String, data: Option<Self::Value>) -> Self::Value;
}

/// Nothing is made.
impl Sink for () {
    type Value = ();
    fn bool(_: bool) {}
    fn signed(_: &Type, _: i64) {}
    fn unsigned(_: &Type, _: u64) {}
    fn float(_: &Type, _: f64) {}
    fn char(_: char) {}
    fn text(_: &str) {}
    fn bytes(_: Vec<u8>) {}
    fn list(_: Vec<()>) {}
    fn tuple(_: Vec<()>) {}
    fn option(_: Option<()>) {}
    fn result(_: Result<Option<()>, Option<()>>) {}
    fn record(_: Vec<(String, ())>) {}
    fn case(_: String) {}
    fn variant(_: String, _: Option<()>) {}
}

/// Most values and bytes of texts that defaults add: one may be a list of structures whose
/// fields have such defaults themselves, and so on. Small ones in what was given are free.
const MAX_DEFAULTED: usize = 1 << 18;

/// Most names that a violation lists.
const MAX_LISTED: usize = 50;

/// Where a value is. Only what is wrong is told where, so that it is no text before.
pub(super) enum Path<'a> {
    /// The object of all arguments.
    Arguments,
    /// One of them.
    Name(&'a str),
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of a list.
    Element(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    fn member(&'a self, name: &'a str) -> Self {
        match self {
            Self::Arguments => Self::Name(name),
            path => Self::Member(path, name),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments => formatter.write_str("arguments"),
            Self::Name(name) => formatter.write_str(name),
            Self::Member(path, name) => write!(formatter, "{path}.{name}"),
            Self::Element(path, index) => write!(formatter, "{path}[{index}]"),
        }
    }
}

pub(super) struct Reader<'t, S: Sink> {
    types: &'t Types,
    pub violations: Vec<Violation>,
    /// How many defaults stand around what is read.
    inside_defaults: usize,
    /// What defaults may still add.
    defaults_left: usize,
    /// Most values.
    most: usize,
    /// How many there may still be.
    left: usize,
    /// Whether there were too many: nothing else is looked at.
    is_full: bool,
    sink: std::marker::PhantomData<S>,
}

impl<'t, S: Sink> Reader<'t, S> {
    pub fn new(types: &'t Types, most: usize) -> Self {
        Self {
            types,
            violations: Vec::new(),
            inside_defaults: 0,
            defaults_left: MAX_DEFAULTED,
            most,
            left: most,
            is_full: false,
            sink: std::marker::PhantomData,
        }
    }

    fn wrong<T>(&mut self, path: &Path<'_>, reason: impl Into<String>) -> Option<T> {
        let reason = match self.violations.len() {
            ..MAX_VIOLATIONS => reason.into(),
            MAX_VIOLATIONS => format!("and more: {MAX_VIOLATIONS} are told"),
            _ => return None,
        };
        self.violations.push(Violation { path: path.to_string(), reason });
        None
    }

    fn expected<T>(&mut self, path: &Path<'_>, expected: &str, found: &Value) -> Option<T> {
        self.wrong(path, format!("must be {expected}, not {}", kind(found)))
    }

    /// An object with these members: parameters or a structure's fields, in their order.
    pub fn fields(
        &mut self,
        fields: &[Field],
        value: &Value,
        path: &Path<'_>,
    ) -> Option<Vec<S::Value>> {
        let empty = Map::new();
        let object = match value {
            Value::Object(object) => object,
            // An action without parameters can be called with nothing at all.
            Value::Null if matches!(path, Path::Arguments) => &empty,
            other => return self.expected(path, "an object", other),
        };
        let known = fields.iter().filter(|field| object.contains_key(field.json_name()));
        let former = match known.count() < object.len() {
            true => self.unknown(fields, object, path),
            false => HashMap::new(),
        };
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            // With its name.
            if !self.spend(2) {
                return None;
            }
            let name = field.json_name();
            let path = path.member(name);
            let given = object.get(name).or_else(|| former.get(name).copied());
            let value = match (given, &field.rules.default) {
                (Some(value), _) => self.field(field, value, &path),
                (None, Some(default)) => {
                    let counts = usize::from(self.inside_defaults > 0 || !is_small(default));
                    self.inside_defaults += counts;
                    let value = self.field(field, default, &path);
                    self.inside_defaults -= counts;
                    value
                }
                _ if !field.is_mandatory() => Some(S::option(None)),
                _ => self.wrong(&path, "is missing"),
            };
            values.extend(value);
        }
        (values.len() == fields.len()).then_some(values)
    }

    /// Members with a name that a field had: by the name that it has now. Notes those that no
    /// field has or had.
    fn unknown<'v>(
        &mut self,
        fields: &'v [Field],
        object: &'v Map<String, Value>,
        path: &Path<'_>,
    ) -> HashMap<&'v str, &'v Value> {
        let names: HashSet<&str> = fields.iter().map(Field::json_name).collect();
        let renamed: HashMap<String, &str> = (fields.iter())
            .filter_map(|it| Some((kebab(it.rules.renamed_from.as_ref()?), it.json_name())))
            .collect();
        let known = listed(fields.iter().map(Field::json_name));
        let known = if known.is_empty() { "nothing" } else { &known };
        let mut former = HashMap::new();
        for (name, value) in object.iter().filter(|(name, _)| !names.contains(name.as_str())) {
            if self.violations.len() > MAX_VIOLATIONS {
                break;
            }
            match renamed.get(&kebab(name)) {
                Some(now) if !object.contains_key(*now) && !former.contains_key(now) => {
                    former.insert(*now, value);
                }
                _ => {
                    let message = format!("is not known; expected: {known}");
                    self.wrong::<()>(&path.member(name), message);
                }
            }
        }
        former
    }

    /// Whether there may be so many values more.
    fn spend(&mut self, values: usize) -> bool {
        match self.left.checked_sub(values) {
            Some(left) => self.left = left,
            None if self.is_full => {}
            None => {
                self.is_full = true;
                self.left = 0;
                let most = self.most;
                self.wrong::<()>(
                    &Path::Arguments,
                    format!("are too many values: {most} may be given"),
                );
            }
        }
        !self.is_full
    }

    /// Whether defaults may add this.
    fn may_add(&mut self, value: &Value, path: &Path<'_>) -> bool {
        let size = 1 + value.as_str().map_or(0, str::len);
        match self.defaults_left.checked_sub(size) {
            Some(left) => {
                self.defaults_left = left;
                true
            }
            None => {
                self.wrong::<()>(path, "takes too much from defaults");
                false
            }
        }
    }

    /// A field's value, which keeps to the field's rules.
    pub fn field(&mut self, field: &Field, value: &Value, path: &Path<'_>) -> Option<S::Value> {
        let read = self.value(&field.ty, value, path)?;
        if field.rules.constrain() {
            self.rules(&field.rules, field.ty.required(), value, path);
        }
        Some(read)
    }

    fn rules(&mut self, rules: &Rules, ty: &Type, value: &Value, path: &Path<'_>) {
        let digits;
        let measured = match value {
            Value::Number(number) => {
                digits = number.to_string();
                Measured::Number(&digits)
            }
            Value::String(text) if ty.is_number() => Measured::Number(text),
            Value::String(text) if ty.is_binary() => {
                // It was read: four characters stand for three bytes.
                let padding = text.bytes().rev().take_while(|it| *it == b'=').count();
                Measured::Bytes(text.len() / 4 * 3 - padding)
            }
            Value::String(text) => Measured::Text(text),
            Value::Array(values) if ty.is_binary() => Measured::Bytes(values.len()),
            Value::Array(values) => Measured::Elements(values.len()),
            Value::Object(entries) => Measured::Elements(entries.len()),
            Value::Null | Value::Bool(_) => return,
        };
        let pattern =
            rules.pattern.as_ref().and_then(|text| self.types.patterns.get(text)?.as_ref().ok());
        for reason in broken(rules, pattern, measured) {
            self.wrong::<()>(path, reason);
        }
    }

    fn value(&mut self, ty: &Type, value: &Value, path: &Path<'_>) -> Option<S::Value> {
        if !self.spend(1) || self.inside_defaults > 0 && !self.may_add(value, path) {
            return None;
        }
        match ty {
            Type::Bool => match value {
                Value::Bool(value) => Some(S::bool(*value)),
                other => self.expected(path, "true or false", other),
            },
            Type::S8 => self.signed(ty, value, path, i8::MIN.into(), i8::MAX.into()),
            Type::S16 => self.signed(ty, value, path, i16::MIN.into(), i16::MAX.into()),
            Type::S32 => self.signed(ty, value, path, i32::MIN.into(), i32::MAX.into()),
            Type::S64 => self.signed(ty, value, path, i64::MIN, i64::MAX),
            Type::U8 => self.unsigned(ty, value, path, u8::MAX.into()),
            Type::U16 => self.unsigned(ty, value, path, u16::MAX.into()),
            Type::U32 => self.unsigned(ty, value, path, u32::MAX.into()),
            Type::U64 => self.unsigned(ty, value, path, u64::MAX),
            Type::F32 | Type::F64 => self.float(value, path).map(|it| S::float(ty, it)),
            Type::Char => {
                match value.as_str().map(|text| (text.chars().next(), text.chars().count())) {
                    Some((Some(character), 1)) => Some(S::char(character)),
                    _ => self.wrong(path, "must be a string of one character"),
                }
            }
            Type::String => match value {
                Value::String(text) => Some(S::text(text)),
                other => self.expected(path, "a string", other),
            },
            Type::Json => Some(S::text(&value.to_string())),
            Type::Decimal => match value {
                Value::Number(number) => self.form(ty, &number.to_string(), path),
                Value::String(text) => self.form(ty, text, path),
                other => self.expected(path, "a decimal number", other),
            },
            Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Duration
            | Type::Uuid
            | Type::Email
            | Type::PhoneNumber
            | Type::Url => match value {
                Value::String(text) => self.form(ty, text, path),
                other => self.expected(path, "a string", other),
            },
            Type::List(_) if ty.is_binary() && value.is_string() => {
                let text = value.as_str().unwrap_or_default();
                // Bytes stay bytes, and another value takes about 64 of them.
                if !self.spend(text.len() / 64) {
                    return None;
                }
                match BASE64.decode(text) {
                    Ok(bytes) => Some(S::bytes(bytes)),
                    Err(error) => self.wrong(path, format!("must be base64: {error}")),
                }
            }
            Type::List(of) => match value {
                Value::Array(values) => {
                    self.list(values.iter().map(|value| (&**of, value)), path).map(S::list)
                }
                other => {
                    let expected = if ty.is_binary() { "a base64 string" } else { "a list" };
                    self.expected(path, expected, other)
                }
            },
            Type::Array(of) => match value {
                Value::Array(values) if values.len() == of.1 as usize => {
                    self.list(values.iter().map(|value| (&of.0, value)), path).map(S::list)
                }
                _ => self.wrong(path, format!("must be a list of {} elements", of.1)),
            },
            Type::Tuple(elements) => match value {
                Value::Array(values) if values.len() == elements.len() => {
                    self.list(elements.iter().zip(values), path).map(S::tuple)
                }
                _ => self.wrong(path, format!("must be a list of {} elements", elements.len())),
            },
            Type::Map(both) => match value {
                Value::Object(entries) => self.map(both, entries, path),
                other => self.expected(path, "an object", other),
            },
            Type::Option(of) => self.option(of, value, path),
            Type::Result(both) => self.result(both, value, path),
            Type::Named(name) => match self.types.named(name).map(|ty| &ty.kind) {
                Some(Kind::Structure { fields }) => {
                    // A structure as the only argument's value has a path of its own.
                    let path =
                        if matches!(path, Path::Arguments) { &Path::Name("value") } else { path };
                    let values = self.fields(fields, value, path)?;
                    let names = fields.iter().map(|field| kebab(&field.name));
                    Some(S::record(names.zip(values).collect()))
                }
                Some(Kind::Enum { cases }) => {
                    self.case(cases, value, path).map(|(name, _)| S::case(name))
                }
                Some(Kind::Variant { cases }) => {
                    self.case(cases, value, path).map(|(name, data)| S::variant(name, data))
                }
                None => self.wrong(path, format!("has the unknown type `{name}`")),
            },
            Type::Unit => match value {
                Value::Null => Some(S::tuple(Vec::new())),
                other => self.expected(path, "null", other),
            },
        }
    }

    /// A text of a platform type.
    fn form(&mut self, ty: &Type, text: &str, path: &Path<'_>) -> Option<S::Value> {
        match format::check(ty, text) {
            Ok(()) => Some(S::text(text)),
            Err(reason) => self.wrong(path, reason),
        }
    }

    fn list<'v>(
        &mut self,
        values: impl Iterator<Item = (&'v Type, &'v Value)>,
        path: &Path<'_>,
    ) -> Option<Vec<S::Value>> {
        let mut list = Some(Vec::new());
        for (index, (ty, value)) in values.enumerate() {
            let value = self.value(ty, value, &Path::Element(path, index));
            match (&mut list, value) {
                _ if self.is_full => return None,
                (Some(list), Some(value)) => list.push(value),
                _ => list = None,
            }
        }
        list
    }

    fn map(
        &mut self,
        both: &(Type, Type),
        entries: &Map<String, Value>,
        path: &Path<'_>,
    ) -> Option<S::Value> {
        let mut list = Vec::new();
        for (key, value) in entries {
            let path = path.member(key);
            let key = self.key(&both.0, key, &path);
            let value = self.value(&both.1, value, &path);
            if !self.spend(1) {
                return None;
            }
            list.extend(key.zip(value).map(|(key, value)| S::tuple(vec![key, value])));
        }
        (list.len() == entries.len()).then(|| S::list(list))
    }

    /// A key: text in JSON, whatever its type.
    fn key(&mut self, ty: &Type, key: &str, path: &Path<'_>) -> Option<S::Value> {
        match ty {
            Type::Named(_) | Type::String | Type::Char => {
                self.value(ty, &Value::String(key.to_owned()), path)
            }
            ty => match serde_json::from_str::<serde_json::Number>(key) {
                Ok(number) => self.value(ty, &Value::Number(number), path),
                Err(_) => self.wrong(path, "has a key that is no whole number"),
            },
        }
    }

    fn option(&mut self, of: &Type, value: &Value, path: &Path<'_>) -> Option<S::Value> {
        let some = |value: S::Value| Some(S::option(Some(value)));
        match (of, value) {
            (_, Value::Null) => Some(S::option(None)),
            // `null` means the outer one: the inner one is in a list.
            (Type::Option(_), Value::Array(values)) if values.len() == 1 => {
                self.value(of, &values[0], path).and_then(some)
            }
            (Type::Option(_), other) => self.expected(path, "null or a list of one element", other),
            (of, value) => self.value(of, value, path).and_then(some),
        }
    }

    fn result(&mut self, both: &(Type, Type), value: &Value, path: &Path<'_>) -> Option<S::Value> {
        let entry = match value {
            Value::Object(object) if object.len() == 1 => object.iter().next(),
            _ => None,
        };
        let (ty, value, ok) = match entry {
            Some((key, value)) if key == "ok" => (&both.0, value, true),
            Some((key, value)) if key == "err" => (&both.1, value, false),
            _ => return self.wrong(path, "must be {\"ok\": …} or {\"err\": …}"),
        };
        let payload = match self.value(ty, value, path)? {
            _ if *ty == Type::Unit => None,
            value => Some(value),
        };
        Some(S::result(if ok { Ok(payload) } else { Err(payload) }))
    }

    fn case(
        &mut self,
        cases: &[Case],
        value: &Value,
        path: &Path<'_>,
    ) -> Option<(String, Option<S::Value>)> {
        let (name, data) = match value {
            Value::String(name) => (name, None),
            Value::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((name, data)) => (name, Some(data)),
                None => return None,
            },
            other => return self.expected(path, "a case's name, or an object with one", other),
        };
        let Some(case) = cases.iter().find(|case| case.json_name() == name) else {
            let known = listed(cases.iter().map(Case::json_name));
            return self.wrong(path, format!("has no case `{name}`; there are: {known}"));
        };
        let data = match (&case.ty, data) {
            (None, None | Some(Value::Null)) => None,
            (None, Some(_)) => {
                return self.wrong(path, format!("must be \"{name}\": this case has no data"));
            }
            (Some(Type::Option(_)), None) => Some(S::option(None)),
            (Some(_), None) => {
                return self.wrong(path, format!("must be {{\"{name}\": …}}: this case has data"));
            }
            (Some(ty), Some(data)) => Some(self.value(ty, data, &path.member(name))?),
        };
        Some((kebab(&case.name), data))
    }

    fn signed(
        &mut self,
        ty: &Type,
        value: &Value,
        path: &Path<'_>,
        min: i64,
        max: i64,
    ) -> Option<S::Value> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) if max == i64::MAX => digits.parse().ok(),
            other => return self.expected(path, "a whole number", other),
        };
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => Some(S::signed(ty, number)),
            None => self.wrong(path, format!("must be a whole number from {min} to {max}")),
        }
    }

    fn unsigned(
        &mut self,
        ty: &Type,
        value: &Value,
        path: &Path<'_>,
        max: u64,
    ) -> Option<S::Value> {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) if max == u64::MAX => digits.parse().ok(),
            other => return self.expected(path, "a whole number", other),
        };
        match number.filter(|number| *number <= max) {
            Some(number) => Some(S::unsigned(ty, number)),
            None => self.wrong(path, format!("must be a whole number from 0 to {max}")),
        }
    }

    fn float(&mut self, value: &Value, path: &Path<'_>) -> Option<f64> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.as_str() {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                _ => self.wrong(path, "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\""),
            },
            other => self.expected(path, "a number", other),
        }
    }
}

/// Whether a default is no larger than what stands for it in a structure.
fn is_small(default: &Value) -> bool {
    match default {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => text.len() <= 64,
        Value::Array(values) => values.is_empty(),
        Value::Object(_) => false,
    }
}

/// Names, not too many of them.
fn listed<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let mut listed: Vec<&str> = names.by_ref().take(MAX_LISTED).collect();
    listed.extend(names.next().map(|_| "…"));
    listed.join(", ")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
