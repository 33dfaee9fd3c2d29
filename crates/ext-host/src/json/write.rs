//! From values to JSON, as they are asked for: nothing is made that is not sent. The component was
//! found to have the definition's types (`crate::fits`), so that little can go wrong here; what does
//! not fit becomes `null`.

use std::collections::BTreeMap;

#[cfg(feature = "remote")]
use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Action, Case, Kind, Type};
use ext_definition::naming::kebab;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Types;
use super::budget::Budget;
use crate::dynamic::Val;
use crate::message;

/// What an action returned: `Serialize` writes it as the definition's type table says, without
/// values of JSON between.
pub struct Returned<'a>(Source<'a>);

enum Source<'a> {
    Here {
        writer: &'a Writer<'a>,
        outputs: &'a [String],
        ty: &'a Type,
        value: Option<Val>,
    },
    #[cfg(feature = "remote")]
    Elsewhere(Value),
}

impl<'a> Returned<'a> {
    pub(crate) fn here(
        writer: &'a Writer<'a>,
        action: &'a Action,
        ty: &'a Type,
        value: Option<Val>,
    ) -> Self {
        Self(Source::Here { writer, outputs: &action.options.outputs, ty, value })
    }

    #[cfg(feature = "remote")]
    pub(crate) fn elsewhere(value: Value) -> Self {
        Self(Source::Elsewhere(value))
    }

    /// The result as text in JSON. It is written within the limit of the call's result: a call whose
    /// result is larger fails with [`Limit::Output`](crate::Limit), whatever was read of it.
    pub fn to_json(&self) -> Vec<u8> {
        match &self.0 {
            Source::Here { writer, value, .. } => {
                writer.budget.json(self, value.as_ref().map_or(0, Val::json_size))
            }
            #[cfg(feature = "remote")]
            Source::Elsewhere(value) => value.to_string().into_bytes(),
        }
    }

    /// The result as a value of JSON, within the same limit.
    pub fn to_value(&self) -> Value {
        match &self.0 {
            Source::Here { writer, value, .. } => {
                writer.budget.tree(self, value.as_ref().map_or(0, Val::tree_size))
            }
            #[cfg(feature = "remote")]
            Source::Elsewhere(value) => value.clone(),
        }
    }

    /// The bytes of a binary result, which are base64 in JSON, within the same limit. Any other
    /// result comes back.
    pub fn into_bytes(self) -> Result<Vec<u8>, Self> {
        match self.0 {
            Source::Here { writer, ty, value: Some(Val::Bytes(bytes)), .. } if ty.is_binary() => {
                Ok(if writer.budget.admits(bytes.len()) { bytes } else { Vec::new() })
            }
            #[cfg(feature = "remote")]
            Source::Elsewhere(Value::String(text)) => {
                BASE64.decode(&text).map_err(|_| Self::elsewhere(text.into()))
            }
            other => Err(Self(other)),
        }
    }
}

impl Serialize for Returned<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (writer, outputs, ty, value) = match &self.0 {
            Source::Here { writer, outputs, ty, value: Some(value) } => {
                (*writer, *outputs, *ty, value)
            }
            Source::Here { .. } => return serializer.serialize_unit(),
            #[cfg(feature = "remote")]
            Source::Elsewhere(value) => return value.serialize(serializer),
        };
        match (ty, value) {
            // Several outputs with names are an object.
            (Type::Tuple(types), Val::Tuple(values)) if !outputs.is_empty() => {
                let values = types.iter().zip(values).map(|(ty, value)| writer.typed(ty, value));
                serializer.collect_map(outputs.iter().zip(values))
            }
            _ => writer.typed(ty, value).serialize(serializer),
        }
    }
}

/// Writes one result.
pub struct Writer<'t> {
    types: &'t Types,
    pub budget: Budget,
}

impl<'t> Writer<'t> {
    /// The result may have so many bytes.
    pub fn new(types: &'t Types, most: usize) -> Self {
        Self { types, budget: Budget::new(most) }
    }

    /// A value as JSON, within the limit of the result.
    pub fn value(&self, ty: &Type, value: &Val) -> Value {
        self.budget.tree(&self.typed(ty, value), value.tree_size())
    }

    fn typed<'a>(&'a self, ty: &'a Type, value: &'a Val) -> Json<'a> {
        Json { writer: self, ty, value }
    }

    /// A key of a map: text in JSON, whatever its type.
    fn key(&self, ty: &Type, value: &Val) -> String {
        match serde_json::to_value(self.typed(ty, value)).unwrap_or_default() {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// A value that is written as JSON.
struct Json<'a> {
    writer: &'a Writer<'a>,
    ty: &'a Type,
    value: &'a Val,
}

impl<'a> Serialize for Json<'a> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let writer = self.writer;
        match (self.ty, self.value) {
            (_, Val::Bool(it)) => to.serialize_bool(*it),
            (_, Val::S8(it)) => to.serialize_i8(*it),
            (_, Val::S16(it)) => to.serialize_i16(*it),
            (_, Val::S32(it)) => to.serialize_i32(*it),
            (_, Val::S64(it)) => to.serialize_i64(*it),
            (_, Val::U8(it)) => to.serialize_u8(*it),
            (_, Val::U16(it)) => to.serialize_u16(*it),
            (_, Val::U32(it)) => to.serialize_u32(*it),
            (_, Val::U64(it)) => to.serialize_u64(*it),
            (_, Val::Float32(it)) => float(f64::from(*it), || shortest(*it), to),
            (_, Val::Float64(it)) => float(*it, || *it, to),
            (_, Val::Char(it)) => to.serialize_char(*it),
            (Type::Json, Val::String(it)) => writer.budget.parse(it).serialize(to),
            (_, Val::String(it)) => to.serialize_str(it),
            // An array of a fixed length is a list of numbers in JSON.
            (Type::Array(_), Val::Bytes(bytes)) => to.collect_seq(bytes),
            (_, Val::Bytes(bytes)) => to.collect_str(&Base64Display::new(bytes, &BASE64)),
            (Type::List(of), Val::List(values)) => {
                to.collect_seq(values.iter().map(|value| writer.typed(of, value)))
            }
            (Type::Array(of), Val::List(values)) => {
                to.collect_seq(values.iter().map(|value| writer.typed(&of.0, value)))
            }
            (Type::Map(both), Val::List(entries)) => {
                let entry = |entry: &'a Val| match entry {
                    Val::Tuple(entry) => match &entry[..] {
                        [key, value] => {
                            Some((writer.key(&both.0, key), writer.typed(&both.1, value)))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                // Each key once, whatever the extension gave: readers differ in which one counts.
                to.collect_map(entries.iter().filter_map(entry).collect::<BTreeMap<_, _>>())
            }
            (Type::Tuple(types), Val::Tuple(values)) => {
                let values = types.iter().zip(values);
                to.collect_seq(values.map(|(ty, value)| writer.typed(ty, value)))
            }
            (Type::Option(_), Val::Option(None)) => to.serialize_unit(),
            (Type::Option(of), Val::Option(Some(value))) => match **of {
                Type::Option(_) => to.collect_seq([writer.typed(of, value)]),
                _ => writer.typed(of, value).serialize(to),
            },
            (Type::Result(both), Val::Result(result)) => {
                let (key, ty, payload) = match result {
                    Ok(payload) => ("ok", &both.0, payload),
                    Err(payload) => ("err", &both.1, payload),
                };
                let payload = payload.as_ref().map(|value| writer.typed(ty, value));
                to.collect_map([(key, payload)])
            }
            (Type::Named(name), value) => {
                match (writer.types.0.named(name).map(|ty| &ty.kind), value) {
                    (Some(Kind::Structure { fields }), Val::Record(values)) => {
                        let members = fields.iter().zip(values).map(|(field, value)| {
                            (field.json_name(), writer.typed(&field.ty, value))
                        });
                        to.collect_map(members)
                    }
                    (Some(Kind::Enum { cases }), Val::Enum(name)) => match case(cases, name) {
                        Some(case) => to.serialize_str(case.json_name()),
                        None => to.serialize_unit(),
                    },
                    (Some(Kind::Variant { cases }), Val::Variant(name, data)) => {
                        match (case(cases, name), data) {
                            (Some(case @ Case { ty: Some(ty), .. }), Some(data)) => {
                                to.collect_map([(case.json_name(), writer.typed(ty, data))])
                            }
                            (Some(case), _) => to.serialize_str(case.json_name()),
                            (None, _) => to.serialize_unit(),
                        }
                    }
                    _ => to.serialize_unit(),
                }
            }
            _ => to.serialize_unit(),
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

/// A number, or its name where JSON has none.
fn float<S: Serializer>(
    value: f64,
    number: impl FnOnce() -> f64,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        _ if value.is_nan() => to.serialize_str("NaN"),
        f64::INFINITY => to.serialize_str("Infinity"),
        f64::NEG_INFINITY => to.serialize_str("-Infinity"),
        _ => to.serialize_f64(number()),
    }
}

/// The shortest digits that give this `f32` again: as an `f64`, 0.1 would be
/// 0.10000000149011612.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_default()
}
