//! The type table as schemas.

use serde_json::{Value, json};

use super::{Dialect, Writer};
use crate::model::Type;

impl Writer<'_> {
    /// The type of `null`.
    pub fn null(&self) -> Value {
        match self.is_old() {
            // `nullable` counts only beside a type.
            true => json!({ "type": "object", "nullable": true, "enum": [null] }),
            false => json!({ "type": "null" }),
        }
    }

    /// A type.
    pub fn ty(&self, ty: &Type) -> Value {
        let text = |format: &str| json!({ "type": "string", "format": format });
        match ty {
            Type::Unit => self.null(),
            Type::Bool => json!({ "type": "boolean" }),
            Type::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            whole if whole.is_whole() => self.whole(whole),
            Type::F32 | Type::F64 => {
                let mut number = json!({ "type": "number" });
                if self.dialect != Dialect::JsonSchema {
                    number["format"] = if *ty == Type::F32 { "float" } else { "double" }.into();
                }
                match self.answers && !self.is_old() {
                    true => json!({ "anyOf": [number, {
                        "type": "string", "enum": ["NaN", "Infinity", "-Infinity"],
                    }] }),
                    // The host takes the three texts too, which few callers need.
                    false => number,
                }
            }
            Type::String => json!({ "type": "string" }),
            Type::Decimal if self.is_old() => text("decimal"),
            Type::Decimal => json!({ "type": ["string", "number"], "format": "decimal" }),
            Type::Date => text("date"),
            // A time of RFC 3339 has an offset; this one has none.
            Type::Time => json!({ "type": "string", "pattern": "^[0-9]{2}:[0-9]{2}:[0-9]{2}" }),
            Type::DateTime => text("date-time"),
            Type::Duration => text("duration"),
            Type::Uuid => text("uuid"),
            Type::Email => text("email"),
            Type::PhoneNumber => json!({ "type": "string", "pattern": "^[+][1-9][0-9]{1,14}$" }),
            Type::Url => text("uri"),
            Type::List(_) if ty.is_binary() => match self.is_old() {
                true => text("byte"),
                false => json!({ "type": "string", "contentEncoding": "base64" }),
            },
            Type::List(of) => json!({ "type": "array", "items": self.ty(of) }),
            Type::Array(of) => json!({
                "type": "array", "items": self.ty(&of.0), "minItems": of.1, "maxItems": of.1,
            }),
            Type::Option(of) => self.option(of),
            Type::Result(both) => {
                json!({ "oneOf": [self.single("ok", &both.0), self.single("err", &both.1)] })
            }
            Type::Tuple(elements) => self.tuple(ty, elements),
            Type::Map(both) => self.map(both),
            Type::Named(name) => json!({ "$ref": format!("{}{name}", self.place) }),
            // Any value: `json`. The whole numbers were caught above.
            _ => json!({}),
        }
    }

    fn whole(&self, ty: &Type) -> Value {
        let (format, min, max): (_, Option<i64>, Option<u64>) = match ty {
            Type::S8 => ("int8", Some(i8::MIN.into()), Some(i8::MAX as u64)),
            Type::S16 => ("int16", Some(i16::MIN.into()), Some(i16::MAX as u64)),
            Type::S32 => ("int32", Some(i32::MIN.into()), Some(i32::MAX as u64)),
            Type::U8 => ("uint8", Some(0), Some(u8::MAX.into())),
            Type::U16 => ("uint16", Some(0), Some(u16::MAX.into())),
            Type::U32 => ("uint32", Some(0), Some(u32::MAX.into())),
            Type::U64 => ("uint64", Some(0), None),
            _ => ("int64", None, None),
        };
        let format = match (self.dialect, format) {
            // The range says it.
            (Dialect::JsonSchema, _) if max.is_some() => None,
            // The two that it knows.
            (Dialect::OpenApi30, "uint32" | "uint64" | "int64") => Some("int64"),
            (Dialect::OpenApi30, _) => Some("int32"),
            (_, format) => Some(format),
        };
        let mut schema = json!({ "type": "integer" });
        for (key, value) in [
            ("format", format.map(Value::from)),
            ("minimum", min.map(Value::from)),
            ("maximum", max.map(Value::from)),
        ] {
            if let Some(value) = value {
                schema[key] = value;
            }
        }
        schema
    }

    fn option(&self, of: &Type) -> Value {
        let inner = match of {
            // The outer one is `null`, the inner one in a list.
            Type::Option(_) => {
                json!({ "type": "array", "items": self.ty(of), "minItems": 1, "maxItems": 1 })
            }
            of => self.ty(of),
        };
        if !self.is_old() {
            return json!({ "anyOf": [inner, { "type": "null" }] });
        }
        let mut schema = inner;
        if schema.get("type").is_some() {
            schema["nullable"] = true.into();
        } else if let Some(Value::Array(sides)) = schema.get_mut("oneOf") {
            sides.push(self.null());
        }
        // A named type is itself one that may be null, and any value may.
        schema
    }

    fn tuple(&self, ty: &Type, elements: &[Type]) -> Value {
        let (schemas, count): (Vec<Value>, _) =
            (elements.iter().map(|it| self.ty(it)).collect(), elements.len());
        if !self.is_old() {
            return json!({
                "type": "array", "prefixItems": schemas,
                "minItems": count, "maxItems": count,
            });
        }
        let one = schemas.windows(2).all(|pair| pair[0] == pair[1]);
        let items = schemas.into_iter().next().filter(|_| one).unwrap_or_else(|| json!({}));
        json!({
            "type": "array", "items": items, "minItems": count, "maxItems": count,
            "description": format!("In this order: {ty}."),
        })
    }

    fn map(&self, both: &(Type, Type)) -> Value {
        let mut schema = json!({ "type": "object", "additionalProperties": self.ty(&both.1) });
        let names = match &both.0 {
            _ if self.is_old() => return schema,
            Type::Named(_) => self.ty(&both.0),
            key if key.is_whole() => {
                json!({ "type": "string", "pattern": "^-?(?:0|[1-9][0-9]*)$" })
            }
            Type::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            _ => return schema,
        };
        schema["propertyNames"] = names;
        schema
    }
}
