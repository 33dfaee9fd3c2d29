//! The definition as JSON Schema (draft 2020-12): what a call takes and what it gives, for
//! tools that know nothing of extensions.

mod pattern;
mod text;
mod types;
mod value;
mod write;

use serde_json::{Map, Value, json};

use crate::model::{Action, Extension, Type};
pub(crate) use text::{add_paragraph, deprecated, describe};
pub(crate) use write::{Dialect, Writer};

/// The dialect.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// For each action, by name: the schemas of `input`, `output` and, if it can fail, `error`.
pub fn render(extension: &Extension) -> Value {
    let schemas = |action: &Action| {
        let mut schemas = Map::new();
        schemas.insert("input".into(), input(extension, action));
        schemas.insert("output".into(), output(extension, action));
        if let Some(error) = &action.error {
            let writer = writer(extension).for_answers();
            schemas.insert("error".into(), whole(&writer, extension, [error], writer.ty(error)));
        }
        (action.name.clone(), Value::Object(schemas))
    };
    Value::Object(extension.actions.iter().map(schemas).collect())
}

/// The object of arguments.
pub fn input(extension: &Extension, action: &Action) -> Value {
    let writer = writer(extension);
    let mut schema = writer.object(&action.parameters, true);
    describe(&mut schema, &action.options.title, &action.description);
    if action.options.deprecated.is_some() {
        schema["deprecated"] = true.into();
    }
    whole(&writer, extension, action.parameters.iter().map(|it| &it.ty), schema)
}

/// The result; an object, if it is several outputs with names.
pub fn output(extension: &Extension, action: &Action) -> Value {
    let writer = writer(extension).for_answers();
    let result = action.result.as_ref().unwrap_or(&Type::Unit);
    whole(&writer, extension, [result], writer.output(action, result))
}

fn writer(extension: &Extension) -> Writer<'_> {
    Writer::new(extension, Dialect::JsonSchema, "#/$defs/".into())
}

/// A schema with its dialect, and the named types that it reaches.
fn whole<'a>(
    writer: &Writer<'_>,
    extension: &'a Extension,
    types: impl IntoIterator<Item = &'a Type>,
    schema: Value,
) -> Value {
    let definitions: Map<String, Value> = (extension.reached(types).into_iter())
        .map(|(name, definition)| (name.to_owned(), writer.definition(definition, true)))
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
