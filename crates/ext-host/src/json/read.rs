//! From JSON to values; every mistake is noted with its path.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Case, Field, Kind, Type};
use ext_definition::naming::kebab;
use serde_json::{Map, Value};
use wasmtime::component::Val;

use super::{Types, child};
use crate::error::ArgumentError;

pub struct Reader<'t> {
    pub types: &'t Types,
    pub errors: Vec<ArgumentError>,
}

impl Reader<'_> {
    fn error<T>(&mut self, path: &str, reason: impl Into<String>) -> Option<T> {
        let path = if path.is_empty() { "arguments" } else { path };
        self.errors.push(ArgumentError { path: path.to_owned(), reason: reason.into() });
        None
    }

    fn expected<T>(&mut self, path: &str, expected: &str, found: &Value) -> Option<T> {
        self.error(path, format!("must be {expected}, not {}", kind(found)))
    }

    /// An object with these members: parameters or a structure's fields.
    pub fn fields(
        &mut self,
        fields: &[Field],
        value: &Value,
        path: &str,
    ) -> Option<Vec<(String, Val)>> {
        let empty = Map::new();
        let object = match value {
            Value::Object(object) => object,
            // An action without parameters can be called with nothing at all.
            Value::Null if path.is_empty() => &empty,
            other => return self.expected(path, "an object", other),
        };
        for name in object.keys() {
            if !fields.iter().any(|field| field.name == *name) {
                let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                let known = if known.is_empty() { "nothing".into() } else { known.join(", ") };
                self.error::<()>(&child(path, name), format!("is not known; expected: {known}"));
            }
        }
        let mut values = Vec::new();
        for field in fields {
            let path = child(path, &field.name);
            let value = match (object.get(&field.name), &field.ty) {
                (Some(value), ty) => self.value(ty, value, &path),
                (None, Type::Option(_)) => Some(Val::Option(None)),
                (None, _) => self.error(&path, "is missing"),
            };
            values.extend(value.map(|value| (kebab(&field.name), value)));
        }
        (values.len() == fields.len()).then_some(values)
    }

    fn value(&mut self, ty: &Type, value: &Value, path: &str) -> Option<Val> {
        match ty {
            Type::Bool => match value {
                Value::Bool(value) => Some(Val::Bool(*value)),
                other => self.expected(path, "true or false", other),
            },
            Type::S8 => {
                self.signed(value, path, i8::MIN.into(), i8::MAX.into(), |it| Val::S8(it as i8))
            }
            Type::S16 => {
                self.signed(value, path, i16::MIN.into(), i16::MAX.into(), |it| Val::S16(it as i16))
            }
            Type::S32 => {
                self.signed(value, path, i32::MIN.into(), i32::MAX.into(), |it| Val::S32(it as i32))
            }
            Type::S64 => self.signed(value, path, i64::MIN, i64::MAX, Val::S64),
            Type::U8 => self.unsigned(value, path, u8::MAX.into(), |it| Val::U8(it as u8)),
            Type::U16 => self.unsigned(value, path, u16::MAX.into(), |it| Val::U16(it as u16)),
            Type::U32 => self.unsigned(value, path, u32::MAX.into(), |it| Val::U32(it as u32)),
            Type::U64 => self.unsigned(value, path, u64::MAX, Val::U64),
            Type::F32 => self.float(value, path).map(|it| Val::Float32(it as f32)),
            Type::F64 => self.float(value, path).map(Val::Float64),
            Type::Char => {
                match value.as_str().map(|text| (text.chars().next(), text.chars().count())) {
                    Some((Some(character), 1)) => Some(Val::Char(character)),
                    _ => self.error(path, "must be a string of one character"),
                }
            }
            Type::String => match value {
                Value::String(text) => Some(Val::String(text.clone())),
                other => self.expected(path, "a string", other),
            },
            Type::List(_) if ty.is_binary() && value.is_string() => {
                match BASE64.decode(value.as_str().unwrap_or_default()) {
                    Ok(bytes) => Some(Val::List(bytes.into_iter().map(Val::U8).collect())),
                    Err(error) => self.error(path, format!("must be base64: {error}")),
                }
            }
            Type::List(of) => match value {
                Value::Array(values) => {
                    self.list(values.iter().map(|value| (&**of, value)), path).map(Val::List)
                }
                other => {
                    let expected = if ty.is_binary() { "a base64 string" } else { "a list" };
                    self.expected(path, expected, other)
                }
            },
            Type::Tuple(elements) => match value {
                Value::Array(values) if values.len() == elements.len() => {
                    self.list(elements.iter().zip(values), path).map(Val::Tuple)
                }
                _ => self.error(path, format!("must be a list of {} elements", elements.len())),
            },
            Type::Map(of) => match value {
                Value::Object(entries) => {
                    let mut list = Vec::new();
                    for (key, value) in entries {
                        let value = self.value(of, value, &child(path, key));
                        list.extend(value.map(|it| Val::Tuple(vec![Val::String(key.clone()), it])));
                    }
                    (list.len() == entries.len()).then_some(Val::List(list))
                }
                other => self.expected(path, "an object", other),
            },
            Type::Option(of) => self.option(of, value, path),
            Type::Result(both) => self.result(both, value, path),
            Type::Named(name) => match self.types.named(name).map(|ty| &ty.kind) {
                Some(Kind::Structure { fields }) => {
                    // A structure as the only argument's value has a path of its own.
                    let path = if path.is_empty() { "value" } else { path };
                    self.fields(fields, value, path).map(Val::Record)
                }
                Some(Kind::Enum { cases }) => {
                    self.case(cases, value, path).map(|(name, _)| Val::Enum(name))
                }
                Some(Kind::Variant { cases }) => {
                    self.case(cases, value, path).map(|(name, data)| Val::Variant(name, data))
                }
                None => self.error(path, format!("has the unknown type `{name}`")),
            },
            Type::Unit => match value {
                Value::Null => Some(Val::Tuple(Vec::new())),
                other => self.expected(path, "null", other),
            },
        }
    }

    fn list<'v>(
        &mut self,
        values: impl Iterator<Item = (&'v Type, &'v Value)>,
        path: &str,
    ) -> Option<Vec<Val>> {
        let mut list = Some(Vec::new());
        for (index, (ty, value)) in values.enumerate() {
            let value = self.value(ty, value, &format!("{path}[{index}]"));
            match (&mut list, value) {
                (Some(list), Some(value)) => list.push(value),
                _ => list = None,
            }
        }
        list
    }

    fn option(&mut self, of: &Type, value: &Value, path: &str) -> Option<Val> {
        let some = |value: Val| Some(Val::Option(Some(Box::new(value))));
        match (of, value) {
            (_, Value::Null) => Some(Val::Option(None)),
            // `null` means the outer one: the inner one is in a list.
            (Type::Option(_), Value::Array(values)) if values.len() == 1 => {
                self.value(of, &values[0], path).and_then(some)
            }
            (Type::Option(_), other) => self.expected(path, "null or a list of one element", other),
            (of, value) => self.value(of, value, path).and_then(some),
        }
    }

    fn result(&mut self, both: &(Type, Type), value: &Value, path: &str) -> Option<Val> {
        let entry = match value {
            Value::Object(object) if object.len() == 1 => object.iter().next(),
            _ => None,
        };
        let (ty, value, ok) = match entry {
            Some((key, value)) if key == "ok" => (&both.0, value, true),
            Some((key, value)) if key == "err" => (&both.1, value, false),
            _ => return self.error(path, "must be {\"ok\": …} or {\"err\": …}"),
        };
        let payload = match self.value(ty, value, path)? {
            _ if *ty == Type::Unit => None,
            value => Some(Box::new(value)),
        };
        Some(Val::Result(if ok { Ok(payload) } else { Err(payload) }))
    }

    fn case(
        &mut self,
        cases: &[Case],
        value: &Value,
        path: &str,
    ) -> Option<(String, Option<Box<Val>>)> {
        let (name, data) = match value {
            Value::String(name) => (name, None),
            Value::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((name, data)) => (name, Some(data)),
                None => return None,
            },
            other => return self.expected(path, "a case's name, or an object with one", other),
        };
        let Some(case) = cases.iter().find(|case| case.name == *name) else {
            let known: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
            return self
                .error(path, format!("has no case `{name}`; there are: {}", known.join(", ")));
        };
        let data = match (&case.ty, data) {
            (None, None | Some(Value::Null)) => None,
            (None, Some(_)) => {
                return self.error(path, format!("must be \"{name}\": this case has no data"));
            }
            (Some(Type::Option(_)), None) => Some(Box::new(Val::Option(None))),
            (Some(_), None) => {
                return self.error(path, format!("must be {{\"{name}\": …}}: this case has data"));
            }
            (Some(ty), Some(data)) => Some(Box::new(self.value(ty, data, &child(path, name))?)),
        };
        Some((kebab(name), data))
    }

    fn signed(
        &mut self,
        value: &Value,
        path: &str,
        min: i64,
        max: i64,
        make: fn(i64) -> Val,
    ) -> Option<Val> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) if max == i64::MAX => digits.parse().ok(),
            other => return self.expected(path, "a whole number", other),
        };
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => Some(make(number)),
            None => self.error(path, format!("must be a whole number from {min} to {max}")),
        }
    }

    fn unsigned(
        &mut self,
        value: &Value,
        path: &str,
        max: u64,
        make: fn(u64) -> Val,
    ) -> Option<Val> {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) if max == u64::MAX => digits.parse().ok(),
            other => return self.expected(path, "a whole number", other),
        };
        match number.filter(|number| *number <= max) {
            Some(number) => Some(make(number)),
            None => self.error(path, format!("must be a whole number from 0 to {max}")),
        }
    }

    fn float(&mut self, value: &Value, path: &str) -> Option<f64> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.as_str() {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                _ => self.error(path, "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\""),
            },
            other => self.expected(path, "a number", other),
        }
    }
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
