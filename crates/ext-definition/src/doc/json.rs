//! Arguments as JSON, in the order in which they were declared: maps of JSON have none.

use serde_json::{Map, Value};

use super::code::Code;
use crate::model::{Case, Extension, Field, Kind, Type};

/// An object of arguments.
pub fn arguments(extension: &Extension, fields: &[Field], value: &Value) -> Code {
    match value {
        Value::Object(object) => Writer(extension).object(fields, object),
        other => plain(other),
    }
}

struct Writer<'a>(&'a Extension);

impl Writer<'_> {
    fn object(&self, fields: &[Field], object: &Map<String, Value>) -> Code {
        let members = fields.iter().filter_map(|field| {
            let value = object.get(field.json_name())?;
            Some(member(field.json_name(), self.value(&field.ty, value)))
        });
        list("{", members.collect(), "}", true)
    }

    fn value(&self, ty: &Type, value: &Value) -> Code {
        match (ty, value) {
            (Type::List(of), Value::Array(values)) => self.list(std::iter::repeat(&**of), values),
            (Type::Array(of), Value::Array(values)) => self.list(std::iter::repeat(&of.0), values),
            (Type::Tuple(of), Value::Array(values)) => self.list(of.iter(), values),
            (Type::Option(of), Value::Array(values)) if matches!(**of, Type::Option(_)) => {
                self.list(std::iter::once(&**of), values)
            }
            (Type::Option(of), value) => self.value(of, value),
            (Type::Map(both), Value::Object(entries)) => {
                let entries = entries.iter().map(|(key, it)| member(key, self.value(&both.1, it)));
                list("{", entries.collect(), "}", true)
            }
            (Type::Result(both), Value::Object(sides)) => {
                let side = |key: &str| if key == "ok" { &both.0 } else { &both.1 };
                let sides = sides.iter().map(|(key, it)| member(key, self.value(side(key), it)));
                list("{", sides.collect(), "}", true)
            }
            (Type::Named(name), Value::Object(object)) => {
                let kind = self.0.types.iter().find(|it| it.name == *name).map(|it| &it.kind);
                match kind {
                    Some(Kind::Structure { fields }) => self.object(fields, object),
                    Some(Kind::Enum { cases } | Kind::Variant { cases }) => {
                        self.case(cases, object)
                    }
                    None => plain(value),
                }
            }
            (_, value) => plain(value),
        }
    }

    fn case(&self, cases: &[Case], object: &Map<String, Value>) -> Code {
        let members = object.iter().map(|(name, data)| {
            let ty = cases.iter().find(|it| it.json_name() == name).and_then(|it| it.ty.as_ref());
            member(name, ty.map_or_else(|| plain(data), |ty| self.value(ty, data)))
        });
        list("{", members.collect(), "}", true)
    }

    fn list<'t>(&self, types: impl Iterator<Item = &'t Type>, values: &[Value]) -> Code {
        list("[", types.zip(values).map(|(ty, it)| self.value(ty, it)).collect(), "]", false)
    }
}

/// A value of which nothing is known.
fn plain(value: &Value) -> Code {
    match value {
        Value::Array(items) => list("[", items.iter().map(plain).collect(), "]", false),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| member(name, plain(value)));
            list("{", members.collect(), "}", true)
        }
        simple => Code::Text(simple.to_string()),
    }
}

fn member(name: &str, value: Code) -> Code {
    value.prefixed(&format!("{}: ", Value::from(name)))
}

fn list(open: &str, items: Vec<Code>, close: &str, spaced: bool) -> Code {
    let trailing = false;
    Code::List { open: open.into(), items, close: close.into(), spaced, trailing }
}
