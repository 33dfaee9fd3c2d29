//! The definition as JSON Schema (draft 2020-12): what a call takes and what it gives, for
//! tools that know nothing of extensions.

use serde_json::{Map, Value, json};

use crate::model::{Action, Case, Extension, Field, Kind, Rules, Type};

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// For each action, by name: the schemas of `input`, `output` and, if it can fail, `error`.
pub fn render(extension: &Extension) -> Value {
    let schemas = |action: &Action| {
        let mut schemas = Map::new();
        schemas.insert("input".into(), input(extension, action));
        schemas.insert("output".into(), output(extension, action));
        if let Some(error) = &action.error {
            schemas.insert("error".into(), whole(extension, [error], ty(error)));
        }
        (action.name.clone(), Value::Object(schemas))
    };
    Value::Object(extension.actions.iter().map(schemas).collect())
}

/// The object of arguments.
pub fn input(extension: &Extension, action: &Action) -> Value {
    let mut schema = object(&action.parameters);
    describe(&mut schema, &action.options.title, &action.description);
    if action.options.deprecated.is_some() {
        schema["deprecated"] = true.into();
    }
    whole(extension, action.parameters.iter().map(|it| &it.ty), schema)
}

/// The result; an object, if it is several outputs with names.
pub fn output(extension: &Extension, action: &Action) -> Value {
    let result = action.result.as_ref().unwrap_or(&Type::Unit);
    let schema = match result {
        Type::Tuple(elements) if !action.options.outputs.is_empty() => {
            let fields = action.options.outputs.iter().zip(elements);
            let fields: Vec<Field> =
                fields.map(|(name, ty)| Field::new(name, ty.clone())).collect();
            object(&fields)
        }
        result => ty(result),
    };
    whole(extension, [result], schema)
}

/// A schema with its dialect, and the named types that it reaches.
fn whole<'a>(
    extension: &'a Extension,
    types: impl IntoIterator<Item = &'a Type>,
    schema: Value,
) -> Value {
    let definitions: Map<String, Value> = (extension.reached(types).into_iter())
        .map(|(name, definition)| {
            let mut schema = match &definition.kind {
                Kind::Structure { fields } => object(fields),
                Kind::Enum { cases } | Kind::Variant { cases } => {
                    json!({ "oneOf": cases.iter().map(case).collect::<Vec<_>>() })
                }
            };
            describe(&mut schema, "", &definition.description);
            (name.to_owned(), schema)
        })
        .collect();
    let mut whole = json!({ "$schema": DIALECT });
    if let (Value::Object(whole), Value::Object(schema)) = (&mut whole, schema) {
        whole.extend(schema);
        if !definitions.is_empty() {
            whole.insert("$defs".into(), definitions.into());
        }
    }
    whole
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|it| (it.json_name().to_owned(), property(it))).collect();
    let required: Vec<&str> =
        fields.iter().filter(|it| it.is_mandatory()).map(Field::json_name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut schema = ty(&field.ty);
    rules(&mut schema, &field.rules, &field.ty);
    describe(&mut schema, "", &field.description);
    schema
}

/// Rules are about the value that is there: of an option, about its first alternative.
fn rules(schema: &mut Value, rules: &Rules, ty: &Type) {
    let value = match ty {
        Type::Option(_) => &mut schema["anyOf"][0],
        _ => &mut *schema,
    };
    let (shortest, longest) = match ty.required() {
        Type::List(_) | Type::Array(_) if !ty.required().is_binary() => ("minItems", "maxItems"),
        Type::Map(_) => ("minProperties", "maxProperties"),
        // The length of binary data is not that of its text.
        other if other.is_binary() => ("", ""),
        _ => ("minLength", "maxLength"),
    };
    for (key, given) in [
        ("minimum", rules.min.clone().map(Value::Number)),
        ("maximum", rules.max.clone().map(Value::Number)),
        (shortest, rules.min_length.map(Value::from)),
        (longest, rules.max_length.map(Value::from)),
        ("pattern", rules.pattern.as_ref().map(|it| format!("^(?:{it})$").into())),
    ] {
        if let (Some(given), false) = (given, key.is_empty()) {
            value[key] = given;
        }
    }
    for (key, given) in [
        ("default", rules.default.clone()),
        ("examples", rules.example.clone().map(|it| json!([it]))),
        ("deprecated", rules.deprecated.as_ref().map(|_| true.into())),
        ("writeOnly", rules.secret.then_some(Value::Bool(true))),
    ] {
        if let Some(given) = given {
            schema[key] = given;
        }
    }
}

fn describe(schema: &mut Value, title: &str, description: &str) {
    for (key, text) in [("title", title), ("description", description)] {
        if !text.is_empty() {
            schema[key] = text.into();
        }
    }
}

/// A case: its name, or an object with its name and data.
fn case(case: &Case) -> Value {
    let name = case.json_name();
    let mut schema = match &case.ty {
        None => json!({ "const": name }),
        Some(data) => json!({
            "type": "object",
            "properties": { name: ty(data) },
            "required": [name],
            "additionalProperties": false,
        }),
    };
    describe(&mut schema, "", &case.description);
    schema
}

fn ty(ty: &Type) -> Value {
    let whole = |min: i64, max: u64| json!({ "type": "integer", "minimum": min, "maximum": max });
    let text = |format: &str| json!({ "type": "string", "format": format });
    match ty {
        Type::Unit => json!({ "type": "null" }),
        Type::Bool => json!({ "type": "boolean" }),
        Type::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        Type::S8 => whole(i8::MIN.into(), i8::MAX as u64),
        Type::S16 => whole(i16::MIN.into(), i16::MAX as u64),
        Type::S32 => whole(i32::MIN.into(), i32::MAX as u64),
        Type::S64 => json!({ "type": "integer", "format": "int64" }),
        Type::U8 => whole(0, u8::MAX.into()),
        Type::U16 => whole(0, u16::MAX.into()),
        Type::U32 => whole(0, u32::MAX.into()),
        Type::U64 => json!({ "type": "integer", "format": "uint64", "minimum": 0 }),
        Type::F32 | Type::F64 => json!({
            "anyOf": [{ "type": "number" }, { "enum": ["NaN", "Infinity", "-Infinity"] }],
        }),
        Type::String => json!({ "type": "string" }),
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
        Type::Json => json!({}),
        Type::List(_) if ty.is_binary() => {
            json!({ "type": "string", "contentEncoding": "base64" })
        }
        Type::List(of) => json!({ "type": "array", "items": self::ty(of) }),
        Type::Array(of) => json!({
            "type": "array", "items": self::ty(&of.0), "minItems": of.1, "maxItems": of.1,
        }),
        Type::Option(of) => match &**of {
            // The outer one is `null`, the inner one in a list.
            Type::Option(_) => json!({ "anyOf": [
                { "type": "array", "items": self::ty(of), "minItems": 1, "maxItems": 1 },
                { "type": "null" },
            ] }),
            of => json!({ "anyOf": [self::ty(of), { "type": "null" }] }),
        },
        Type::Result(both) => {
            let side = |key: &str, ty: &Type| {
                json!({
                    "type": "object",
                    "properties": { key: self::ty(ty) },
                    "required": [key],
                    "additionalProperties": false,
                })
            };
            json!({ "oneOf": [side("ok", &both.0), side("err", &both.1)] })
        }
        Type::Tuple(elements) => {
            let elements: Vec<Value> = elements.iter().map(self::ty).collect();
            let count = elements.len();
            json!({
                "type": "array", "prefixItems": elements, "items": false,
                "minItems": count, "maxItems": count,
            })
        }
        Type::Map(both) => {
            let mut schema = json!({ "type": "object", "additionalProperties": self::ty(&both.1) });
            match &both.0 {
                Type::Named(_) => schema["propertyNames"] = self::ty(&both.0),
                key if key.is_whole() => {
                    schema["propertyNames"] = json!({ "pattern": "^-?[0-9]+$" });
                }
                Type::Char => schema["propertyNames"] = json!({ "minLength": 1, "maxLength": 1 }),
                _ => {}
            }
            schema
        }
        Type::Named(name) => json!({ "$ref": format!("#/$defs/{name}") }),
    }
}
