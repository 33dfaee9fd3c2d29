//! Values that authors gave, defaults and examples, so that they fit the schemas: calls take
//! more forms than schemas tell.

use serde_json::{Map, Value};

use super::Writer;
use crate::model::{Field, Kind, Type};

impl Writer<'_> {
    /// The value in the form that the schema tells; nothing, if there is none.
    pub fn shown(&self, ty: &Type, value: &Value) -> Option<Value> {
        Some(match (ty, value) {
            (Type::Decimal, Value::Number(number)) if self.is_old() => number.to_string().into(),
            (Type::S64, Value::String(digits)) => digits.parse::<i64>().ok()?.into(),
            (Type::U64, Value::String(digits)) => digits.parse::<u64>().ok()?.into(),
            // `"NaN"` and its kin.
            (Type::F32 | Type::F64, Value::String(_)) if self.is_old() || !self.answers => {
                return None;
            }
            // Bytes as numbers, which the schema has as base64.
            (binary, Value::Array(_)) if binary.is_binary() => return None,
            (Type::Option(_), Value::Null) => Value::Null,
            (Type::Option(of), Value::Array(inner)) if matches!(**of, Type::Option(_)) => {
                self.all(inner.iter().map(|it| (&**of, it)))?
            }
            (Type::Option(of), value) => self.shown(of, value)?,
            (Type::List(of), Value::Array(values)) => {
                self.all(values.iter().map(|it| (&**of, it)))?
            }
            (Type::Array(of), Value::Array(values)) => {
                self.all(values.iter().map(|it| (&of.0, it)))?
            }
            (Type::Tuple(elements), Value::Array(values)) => {
                self.all(elements.iter().zip(values))?
            }
            (Type::Map(both), Value::Object(entries)) => {
                self.members(entries, |_| Some(Some(&both.1)))?
            }
            (Type::Result(both), Value::Object(entries)) => self.members(entries, |name| {
                Some(Some(if name == "ok" { &both.0 } else { &both.1 }))
            })?,
            (Type::Named(name), Value::Object(object)) => {
                match self.types.get(name.as_str()).map(|it| &it.kind)? {
                    Kind::Structure { fields } => self.arguments(fields, object)?,
                    Kind::Enum { cases } | Kind::Variant { cases } => {
                        self.members(object, |name| {
                            let case = cases.iter().find(|it| it.json_name() == name)?;
                            Some(case.ty.as_ref())
                        })?
                    }
                }
            }
            (_, value) => value.clone(),
        })
    }

    /// The same for an object of arguments or a structure.
    pub fn arguments(&self, fields: &[Field], object: &Map<String, Value>) -> Option<Value> {
        self.members(object, |name| {
            Some(Some(&fields.iter().find(|it| it.json_name() == name)?.ty))
        })
    }

    fn all<'v>(&self, values: impl Iterator<Item = (&'v Type, &'v Value)>) -> Option<Value> {
        values.map(|(ty, value)| self.shown(ty, value)).collect()
    }

    /// An object whose members have these types; nothing, if the schema does not know one.
    fn members<'t>(
        &self,
        object: &Map<String, Value>,
        ty: impl Fn(&str) -> Option<Option<&'t Type>>,
    ) -> Option<Value> {
        let member = |(name, value): (&String, &Value)| {
            let value = match ty(name)? {
                Some(ty) => self.shown(ty, value)?,
                None => value.clone(),
            };
            Some((name.clone(), value))
        };
        object.iter().map(member).collect::<Option<Map<_, _>>>().map(Value::Object)
    }
}
