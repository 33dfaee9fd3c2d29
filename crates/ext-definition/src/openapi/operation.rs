//! Actions as operations.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::problem::{self, Problems};
use super::{Part, query, unique};
use crate::code;
use crate::examples;
use crate::model::{Action, Case, Field, Kind, Type};
use crate::naming::{kebab, pascal};
use crate::schema::{add_paragraph, deprecated};

/// The operations of a document, one after the other.
pub struct Operations<'p> {
    problems: &'p Problems,
    /// Names of schemas.
    names: BTreeSet<String>,
    /// Identifiers of operations.
    identifiers: BTreeSet<String>,
    /// What schema and response of actions' own errors are called, by scope and error.
    own_errors: HashMap<(String, Type), String>,
    schemas: Map<String, Value>,
    responses: Map<String, Value>,
}

impl<'p> Operations<'p> {
    pub fn new(problems: &'p Problems, names: BTreeSet<String>, parts: &[Part<'_>]) -> Self {
        let identifiers = parts.iter().flat_map(|part| {
            part.definition.actions.iter().map(|it| identifier(part, it)).collect::<Vec<_>>()
        });
        let identifiers = identifiers.collect();
        Self {
            problems,
            names,
            identifiers,
            own_errors: HashMap::new(),
            schemas: Map::new(),
            responses: Map::new(),
        }
    }

    /// The schemas and the responses that operations of their own refer to.
    pub fn into_components(self) -> [Map<String, Value>; 2] {
        [self.schemas, self.responses]
    }

    /// An action's path and what can be done there.
    pub fn item(&mut self, part: &Part<'_>, action: &Action) -> (String, Value) {
        let mut post = self.operation(part, action, true);
        post["operationId"] = identifier(part, action).into();
        post["requestBody"] = body(part, action);
        let mut item = json!({ "post": post });
        if action.options.function {
            let mut get = self.operation(part, action, false);
            let wanted = format!("{}get_{}", part.scope, action.name);
            get["operationId"] = unique(&mut self.identifiers, &wanted).into();
            query::fill(&mut get, part, action);
            item["get"] = get;
        }
        (format!("{}/{}", part.path, kebab(&action.name)), item)
    }

    /// What both methods have in common.
    fn operation(&mut self, part: &Part<'_>, action: &Action, has_body: bool) -> Value {
        let mut operation = json!({
            "tags": [part.tag],
            "parameters": [{ "$ref": "#/components/parameters/RequestId" }],
        });
        let first_line = action.description.lines().next().unwrap_or_default();
        let summary = [&action.options.title, first_line].into_iter().find(|it| !it.is_empty());
        if let Some(summary) = summary {
            operation["summary"] = summary.into();
        }
        let mut description = action.description.clone();
        if let Some(instead) = &action.options.deprecated {
            operation["deprecated"] = true.into();
            add_paragraph(&mut description, &deprecated(instead));
        }
        if !description.is_empty() {
            operation["description"] = description.into();
        }
        let mut responses = self.problems.of_operation(has_body);
        let (status, response) = answer(part, action);
        responses.insert(status.into(), response);
        if let Some(error) = &action.error {
            responses.insert("422".into(), self.own_error(part, action, error));
        }
        operation["responses"] = responses.into();
        operation
    }

    /// The response for the action's own error, which actions may have in common.
    fn own_error(&mut self, part: &Part<'_>, action: &Action, error: &Type) -> Value {
        let key = (part.scope.clone(), error.clone());
        let name = match self.own_errors.get(&key) {
            Some(name) => name.clone(),
            None => {
                let of = match error {
                    Type::Named(name) => name.clone(),
                    _ => pascal(&action.name),
                };
                let name = unique(&mut self.names, &format!("{}{of}Problem", part.scope));
                self.schemas.insert(name.clone(), own_error_schema(part, error));
                self.responses.insert(name.clone(), own_error_response(part, error, &name));
                self.own_errors.insert(key, name.clone());
                name
            }
        };
        json!({ "$ref": format!("#/components/responses/{name}") })
    }
}

fn own_error_schema(part: &Part<'_>, error: &Type) -> Value {
    let member = [("error", part.answers.ty(error))];
    let mut schema = problem::schema("The action's own error (EXT0503).", &member);
    if let Value::Array(required) = &mut schema["required"] {
        required.push("error".into());
    }
    schema
}

fn own_error_response(part: &Part<'_>, error: &Type, name: &str) -> Value {
    let mut content = json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
    let mut description = "The action's own error (EXT0503).".to_owned();
    let mut examples = Map::new();
    for case in cases_of(part, error) {
        let name = case.json_name();
        let said = match case.description.is_empty() {
            true => String::new(),
            false => format!(": {}", case.description),
        };
        add_paragraph(&mut description, &format!("`{name}`{said}"));
        if let Some(value) = failing(part, case) {
            examples.insert(name.to_owned(), json!({ "value": value }));
        }
    }
    if !examples.is_empty() {
        content["examples"] = examples.into();
    }
    json!({
        "description": description,
        "headers": problem::request_id_header(),
        "content": { problem::MEDIA_TYPE: content },
    })
}

/// Unique: names of actions are, and scopes are.
fn identifier(part: &Part<'_>, action: &Action) -> String {
    format!("{}{}", part.scope, action.name)
}

fn cases_of<'a>(part: &Part<'a>, error: &Type) -> &'a [Case] {
    let Type::Named(name) = error else { return &[] };
    match part.writer.types.get(name.as_str()).map(|it| &it.kind) {
        Some(Kind::Enum { cases } | Kind::Variant { cases }) => cases,
        _ => &[],
    }
}

/// What an answer with this case looks like.
fn failing(part: &Part<'_>, case: &Case) -> Option<Value> {
    let name = case.json_name();
    let error = match &case.ty {
        None => name.into(),
        Some(data) => {
            let example = examples::value(part.definition, data);
            let data = example.open.is_empty().then_some(part.answers.shown(data, &example.value)?);
            json!({ name: data? })
        }
    };
    // A message with places for data is only whole in a real answer.
    let message = case.message.as_deref().filter(|it| !it.contains(['{', '}']));
    let detail = message.map_or_else(|| error.to_string(), str::to_owned);
    let mut value = problem::example(code::ACTION_FAILED.0, 422, &detail);
    value["error"] = error;
    Some(value)
}

/// The status of success, and its response.
fn answer(part: &Part<'_>, action: &Action) -> (&'static str, Value) {
    let headers = problem::request_id_header();
    let result = match &action.result {
        None | Some(Type::Unit) => {
            return ("204", json!({ "description": "Done.", "headers": headers }));
        }
        Some(result) => result,
    };
    let mut content = json!({ "schema": part.answers.output(action, result) });
    if let Some(example) = result_example(part, action, result) {
        content["example"] = example;
    }
    let mut content = json!({ "application/json": content });
    if result.is_binary() {
        // Who asks for bytes gets them as they are; 3.1 says no more of them.
        content["application/octet-stream"] = match part.writer.is_old() {
            true => json!({ "schema": { "type": "string", "format": "binary" } }),
            false => json!({}),
        };
    }
    let response = json!({
        "description": "The result.",
        "headers": headers,
        "content": content,
    });
    ("200", response)
}

/// A result, in the form of the schema.
fn result_example(part: &Part<'_>, action: &Action, result: &Type) -> Option<Value> {
    let example = examples::value(part.definition, result);
    if !example.open.is_empty() {
        return None;
    }
    let value = part.answers.shown(result, &example.value)?;
    match (value, action.options.outputs.as_slice()) {
        (Value::Array(values), names @ [_, ..]) => {
            Some(Value::Object(names.iter().cloned().zip(values).collect()))
        }
        (value, _) => Some(value),
    }
}

/// The arguments: as JSON, and as a form where they have binary data.
fn body(part: &Part<'_>, action: &Action) -> Value {
    let parameters = &action.parameters;
    let mut content = json!({ "schema": part.writer.object(parameters, true) });
    let example = examples::arguments(part.definition, action);
    if let (Value::Object(members), true) = (&example.value, example.open.is_empty())
        && let Some(example) = part.writer.arguments(parameters, members)
    {
        content["example"] = example;
    }
    let mut content = json!({ "application/json": content });
    if parameters.iter().any(|it| it.ty.required().is_binary()) {
        content["multipart/form-data"] = form(part, parameters);
    }
    // An action whose parameters all have something that stands in can be called with nothing.
    json!({ "required": parameters.iter().any(Field::is_mandatory), "content": content })
}

/// One part for each argument; an optional one is left out instead of being `null`.
fn form(part: &Part<'_>, parameters: &[Field]) -> Value {
    let given: Vec<Field> = parameters.iter().map(present).collect();
    let mut schema = part.writer.object(&given, true);
    let required: Vec<&str> =
        parameters.iter().filter(|it| it.is_mandatory()).map(Field::json_name).collect();
    if let (Value::Object(schema), true) = (&mut schema, required.is_empty()) {
        schema.remove("required");
    } else {
        schema["required"] = required.into();
    }
    let mut encoding = Map::new();
    for parameter in &given {
        let name = parameter.json_name();
        let property = &mut schema["properties"][name];
        if let (true, Value::Object(property)) = (parameter.ty.is_binary(), &mut *property) {
            // Bytes as they are; what was said of them in base64 does not hold.
            for key in ["default", "example", "examples", "contentEncoding"] {
                property.remove(key);
            }
            match part.writer.is_old() {
                true => property.insert("format".into(), "binary".into()),
                false => {
                    property.insert("contentMediaType".into(), "application/octet-stream".into())
                }
            };
        } else if !(parameter.ty.is_text() || parameter.ty == Type::Char) {
            encoding.insert(name.to_owned(), json!({ "contentType": "application/json" }));
        }
    }
    let mut form = json!({ "schema": schema });
    if !encoding.is_empty() {
        form["encoding"] = encoding.into();
    }
    form
}

/// The parameter as it is when it is given.
pub fn present(parameter: &Field) -> Field {
    // A value in an option in an option is in a list: left as it is.
    let ty = match &parameter.ty {
        Type::Option(of) if !matches!(**of, Type::Option(_)) => (**of).clone(),
        other => other.clone(),
    };
    let default = parameter.rules.default.clone().filter(|it| !it.is_null());
    let example = parameter.rules.example.clone().filter(|it| !it.is_null());
    let rules = crate::model::Rules { default, example, ..parameter.rules.clone() };
    Field { ty, rules, ..parameter.clone() }
}
