//! The values of a call's arguments that nobody else is to see.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_definition::model::{Extension, Field, Kind, Type};
use ext_definition::naming::kebab;
use serde_json::Value;

use super::Types;
use crate::mask::Secrets;

/// Whether anything in a definition is marked `secret`: arguments of others are not walked.
pub fn any(definition: &Extension) -> bool {
    definition.fields().any(|field| field.rules.secret)
}

impl Types {
    /// Texts and numbers of all that is marked `secret` in an object with these members.
    pub fn secrets(&self, fields: &[Field], value: &Value) -> Secrets {
        let mut found = Secrets::default();
        self.of_fields(fields, value, &mut found);
        found
    }

    fn of_fields(&self, fields: &[Field], value: &Value, found: &mut Secrets) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let former = |field: &&Field| {
                field.rules.renamed_from.as_ref().is_some_and(|it| kebab(it) == kebab(name))
            };
            let field = fields.iter().find(|field| field.json_name() == name);
            match field.or_else(|| fields.iter().find(former)) {
                Some(field) if field.rules.secret => everything(&field.ty, value, found),
                Some(field) => self.of_type(&field.ty, value, found),
                None => {}
            }
        }
    }

    fn of_type(&self, ty: &Type, value: &Value, found: &mut Secrets) {
        match (ty, value) {
            (Type::Option(of), Value::Array(values)) if matches!(**of, Type::Option(_)) => {
                values.iter().for_each(|value| self.of_type(of, value, found));
            }
            (Type::Option(of), value) => self.of_type(of, value, found),
            (Type::List(of), Value::Array(values)) => {
                values.iter().for_each(|value| self.of_type(of, value, found));
            }
            (Type::Array(of), Value::Array(values)) => {
                values.iter().for_each(|value| self.of_type(&of.0, value, found));
            }
            (Type::Map(both), Value::Object(entries)) => {
                entries.values().for_each(|value| self.of_type(&both.1, value, found));
            }
            (Type::Tuple(types), Value::Array(values)) => {
                types.iter().zip(values).for_each(|(ty, value)| self.of_type(ty, value, found));
            }
            (Type::Result(both), Value::Object(_)) => {
                let payloads = [("ok", &both.0), ("err", &both.1)];
                for (key, ty) in payloads {
                    value.get(key).into_iter().for_each(|value| self.of_type(ty, value, found));
                }
            }
            (Type::Named(name), value) => match self.0.named(name).map(|ty| &ty.kind) {
                Some(Kind::Structure { fields }) => self.of_fields(fields, value, found),
                Some(Kind::Variant { cases }) => {
                    for case in cases {
                        if let (Some(ty), Some(data)) = (&case.ty, value.get(case.json_name())) {
                            self.of_type(ty, data, found);
                        }
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// All texts and numbers of a value, whatever they mean.
fn everything(ty: &Type, value: &Value, found: &mut Secrets) {
    if found.are_too_much() {
        return;
    }
    match value {
        Value::String(text) => {
            // What a binary value holds is often text.
            let of = if let Type::Option(of) = ty { of } else { ty };
            if of.is_binary()
                && let Some(held) =
                    BASE64.decode(text).ok().and_then(|it| String::from_utf8(it).ok())
            {
                found.add(&held);
            }
            found.add(text);
        }
        Value::Number(number) => found.add(&number.to_string()),
        Value::Array(values) => values.iter().for_each(|value| everything(ty, value, found)),
        Value::Object(members) => members.values().for_each(|value| everything(ty, value, found)),
        Value::Bool(_) | Value::Null => {}
    }
}
