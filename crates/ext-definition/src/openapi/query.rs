//! Functions by GET: arguments in the query.

use serde_json::{Value, json};

use super::Part;
use super::operation::present;
use crate::model::{Action, Field, Kind, Type};
use crate::schema::add_paragraph;

/// Adds to an operation what only GET has.
pub fn fill(operation: &mut Value, part: &Part<'_>, action: &Action) {
    if let Value::Array(parameters) = &mut operation["parameters"] {
        parameters.extend(action.parameters.iter().map(|it| parameter(part, it)));
    }
    if !action.parameters.is_empty() {
        let mut description = operation["description"].as_str().unwrap_or_default().to_owned();
        let together = "All arguments can also be given together: as `arguments`, a JSON object.";
        add_paragraph(&mut description, together);
        operation["description"] = description.into();
    }
    if let Some(answer) = operation["responses"].get_mut("200") {
        let headers = &mut answer["headers"];
        let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
        headers["ETag"] = text("Changes with the result.");
        headers["Cache-Control"] = text("How long the result may be kept.");
        let known = [
            ("ETag", headers["ETag"].clone()),
            ("Cache-Control", headers["Cache-Control"].clone()),
        ];
        operation["responses"]["304"] = json!({
            "description": "The result is what `If-None-Match` names.",
            "headers": serde_json::Map::from_iter(known.map(|(name, it)| (name.to_owned(), it))),
        });
    }
}

fn parameter(part: &Part<'_>, parameter: &Field) -> Value {
    let given = present(parameter);
    let mut schema = part.writer.property(&given, true);
    let mut written = json!({ "name": given.json_name(), "in": "query" });
    if parameter.is_mandatory() {
        written["required"] = true.into();
    }
    if let Value::Object(schema) = &mut schema {
        for key in ["description", "deprecated", "example"] {
            if let Some(value) = schema.remove(key) {
                written[key] = value;
            }
        }
    }
    // Not a part of the schema where that is a reference.
    if written.get("description").is_none() && !given.description.is_empty() {
        written["description"] = given.description.clone().into();
    }
    if is_simple(part, &given.ty) {
        written["schema"] = schema;
    } else {
        // An example of a parameter with content is inside of it.
        let mut content = json!({ "schema": schema });
        if let Some(example) = written.as_object_mut().and_then(|it| it.remove("example")) {
            content["example"] = example;
        }
        written["content"] = json!({ "application/json": content });
    }
    written
}

/// Whether a value is written as it is; any other is JSON.
fn is_simple(part: &Part<'_>, ty: &Type) -> bool {
    match ty {
        Type::Named(name) => {
            let kind = part.writer.types.get(name.as_str()).map(|it| &it.kind);
            matches!(kind, Some(Kind::Enum { .. }))
        }
        Type::Bool | Type::Char => true,
        other => other.is_number() || other.is_text() || other.is_binary(),
    }
}
