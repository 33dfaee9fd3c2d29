//! From values to JSON. The component was found to have the definition's types
//! (`crate::fits`), so that little can go wrong here; what does not fit becomes `null`.

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Action, Case, Kind, Type};
use ext_definition::naming::kebab;
use serde_json::{Map, Value, json};
use wasmtime::component::Val;

use super::Types;
use crate::message;

/// Writes one result.
pub struct Writer<'t> {
    types: &'t Types,
    /// Bytes that values may still take that were one text in the result.
    left: Cell<Option<usize>>,
}

impl<'t> Writer<'t> {
    /// The result may take so many bytes.
    pub fn new(types: &'t Types, most: usize) -> Self {
        Self { types, left: Cell::new(Some(most)) }
    }

    /// Whether the result was larger.
    pub fn is_full(&self) -> bool {
        self.left.get().is_none()
    }

    /// A value as JSON.
    pub fn write(&self, ty: &Type, value: &Val) -> Value {
        match (ty, value) {
            (_, Val::Bool(it)) => json!(it),
            (_, Val::S8(it)) => json!(it),
            (_, Val::S16(it)) => json!(it),
            (_, Val::S32(it)) => json!(it),
            (_, Val::S64(it)) => json!(it),
            (_, Val::U8(it)) => json!(it),
            (_, Val::U16(it)) => json!(it),
            (_, Val::U32(it)) => json!(it),
            (_, Val::U64(it)) => json!(it),
            (_, Val::Float32(it)) => float(f64::from(*it), || shortest(*it)),
            (_, Val::Float64(it)) => float(*it, || json!(it)),
            (_, Val::Char(it)) => json!(it.to_string()),
            (Type::Json, Val::String(it)) => self.parse(it),
            (_, Val::String(it)) => json!(it),
            (ty, Val::List(values)) if ty.is_binary() => {
                let bytes: Vec<u8> = values
                    .iter()
                    .map(|it| if let Val::U8(byte) = it { *byte } else { 0 })
                    .collect();
                json!(BASE64.encode(bytes))
            }
            (Type::List(of), Val::List(values)) => {
                Value::Array(values.iter().map(|value| self.write(of, value)).collect())
            }
            (Type::Array(of), Val::List(values)) => {
                Value::Array(values.iter().map(|value| self.write(&of.0, value)).collect())
            }
            (Type::Map(both), Val::List(entries)) => {
                let entry = |entry: &Val| match entry {
                    Val::Tuple(entry) => match &entry[..] {
                        [key, value] => Some((self.key(&both.0, key), self.write(&both.1, value))),
                        _ => None,
                    },
                    _ => None,
                };
                Value::Object(entries.iter().filter_map(entry).collect())
            }
            (Type::Tuple(types), Val::Tuple(values)) => Value::Array(
                types.iter().zip(values).map(|(ty, value)| self.write(ty, value)).collect(),
            ),
            (Type::Option(_), Val::Option(None)) => Value::Null,
            (Type::Option(of), Val::Option(Some(value))) => match **of {
                Type::Option(_) => Value::Array(vec![self.write(of, value)]),
                _ => self.write(of, value),
            },
            (Type::Result(both), Val::Result(result)) => {
                let (key, ty, payload) = match result {
                    Ok(payload) => ("ok", &both.0, payload),
                    Err(payload) => ("err", &both.1, payload),
                };
                let payload = payload.as_ref().map_or(Value::Null, |value| self.write(ty, value));
                Value::Object(Map::from_iter([(key.to_owned(), payload)]))
            }
            (Type::Named(name), value) => {
                match (self.types.0.named(name).map(|ty| &ty.kind), value) {
                    (Some(Kind::Structure { fields }), Val::Record(values)) => Value::Object(
                        (fields.iter().zip(values))
                            .map(|(field, (_, value))| {
                                (field.json_name().to_owned(), self.write(&field.ty, value))
                            })
                            .collect(),
                    ),
                    (Some(Kind::Enum { cases }), Val::Enum(name)) => {
                        case(cases, name).map_or(Value::Null, |case| json!(case.json_name()))
                    }
                    (Some(Kind::Variant { cases }), Val::Variant(name, data)) => {
                        match (case(cases, name), data) {
                            (Some(case @ Case { ty: Some(ty), .. }), Some(data)) => {
                                let name = case.json_name().to_owned();
                                Value::Object(Map::from_iter([(name, self.write(ty, data))]))
                            }
                            (Some(case), _) => json!(case.json_name()),
                            (None, _) => Value::Null,
                        }
                    }
                    _ => Value::Null,
                }
            }
            _ => Value::Null,
        }
    }

    /// A result; an object, if it is several outputs with names.
    pub fn outputs(&self, action: &Action, ty: &Type, value: &Val) -> Value {
        match (ty, value) {
            (Type::Tuple(types), Val::Tuple(values)) if !action.options.outputs.is_empty() => {
                let values = types.iter().zip(values).map(|(ty, value)| self.write(ty, value));
                let names = action.options.outputs.iter().cloned();
                Value::Object(names.zip(values).collect::<Map<_, _>>())
            }
            _ => self.write(ty, value),
        }
    }

    /// A key of a map: text in JSON, whatever its type.
    fn key(&self, ty: &Type, value: &Val) -> String {
        match self.write(ty, value) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// What a text of JSON holds, which takes many times more than the text: that was counted.
    fn parse(&self, text: &str) -> Value {
        self.left.update(|left| left?.checked_sub(size(text)));
        match self.left.get() {
            Some(_) => serde_json::from_str(text).unwrap_or(Value::Null),
            None => Value::Null,
        }
    }
}

impl Types {
    /// What an error says, by its case's template; any other value says itself.
    pub fn message(&self, ty: &Type, value: &Value) -> String {
        let cases = match ty {
            Type::Named(name) => match self.0.named(name).map(|ty| &ty.kind) {
                Some(Kind::Enum { cases } | Kind::Variant { cases }) => cases.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        let (name, data) = match value {
            Value::String(name) => (Some(name), None),
            Value::Object(object) => {
                object.iter().next().map_or((None, None), |(name, data)| (Some(name), Some(data)))
            }
            _ => (None, None),
        };
        let case = name.and_then(|name| cases.iter().find(|case| case.json_name() == name));
        match (case.and_then(|case| case.message.as_ref()), value) {
            (Some(template), _) => message::fill(template, data),
            (None, Value::String(text)) => text.clone(),
            (None, Value::Null) => "the action failed".to_owned(),
            (None, value) => value.to_string(),
        }
    }
}

fn case<'a>(cases: &'a [Case], name: &str) -> Option<&'a Case> {
    cases.iter().find(|case| kebab(&case.name) == name)
}

/// Bytes that the values of a text of JSON take, approximately: each value and each name is behind
/// one of these characters, but for the outermost one.
fn size(text: &str) -> usize {
    let (mut quoted, mut escaped, mut values) = (false, false, 1);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' | b':' | b'[' | b'{' if !quoted => values += 1,
            _ => {}
        }
    }
    text.len().saturating_add(values * size_of::<Value>())
}

/// A number, or its name where JSON has none.
fn float(value: f64, number: impl FnOnce() -> Value) -> Value {
    match value {
        _ if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        _ => number(),
    }
}

/// The shortest digits that give this `f32` again: as an `f64`, 0.1 would be
/// 0.10000000149011612.
fn shortest(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, |value| json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_json() {
        for (text, values) in [
            ("1", 1),
            ("[1,2]", 3),
            (r#"{"a":1,"b":[]}"#, 6),
            (r#""a,b,[{:""#, 1),
            (r#"["\\",",\",",1]"#, 4),
        ] {
            assert_eq!(size(text), text.len() + values * size_of::<Value>(), "{text}");
        }
    }
}
