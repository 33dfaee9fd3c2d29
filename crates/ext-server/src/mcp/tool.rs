//! What an action is as a tool.

use std::sync::Arc;

use ext_definition::model::{Action, Extension, Type};
use ext_definition::naming::snake;
use ext_definition::schema;
use ext_registry::Digest;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

/// Characters of a tool's name, which clients accept: `[A-Za-z0-9_-]`, at most so many.
const LONGEST: usize = 64;

/// Hexadecimal digits that stand for the end of a name that is longer.
const HASH: usize = 12;

/// The member of the object around a result that is none.
pub const RESULT: &str = "result";

/// An action and its tool.
#[derive(Debug, Clone)]
pub struct Offered {
    /// As clients see it.
    pub tool: Tool,
    /// The action's name.
    pub action: String,
    /// The tool's name while the action had its former one.
    former: Option<String>,
    /// Whether an object is put around the result.
    pub wrapped: bool,
}

/// The tools of one version of an extension.
#[derive(Debug)]
pub struct Tools(Vec<Arc<Offered>>);

impl Tools {
    /// Every action, as a tool.
    pub fn of(extension: &Extension) -> Self {
        Self(extension.actions.iter().map(|it| Arc::new(offered(extension, it))).collect())
    }

    /// As clients see them.
    pub fn list(&self) -> impl Iterator<Item = &Tool> {
        self.0.iter().map(|it| &it.tool)
    }

    /// The tool of this name, its own or a former one.
    pub fn find(&self, name: &str) -> Option<&Arc<Offered>> {
        let former = || self.0.iter().find(|it| it.former.as_deref() == Some(name));
        self.0.iter().find(|it| it.tool.name == name).or_else(former)
    }
}

fn offered(extension: &Extension, action: &Action) -> Offered {
    let options = &action.options;
    let called = |action: &str| name(&extension.package.namespace, &extension.package.name, action);
    let mut description = action.description.clone();
    if let Some(instead) = &options.deprecated {
        let note = match instead.as_str() {
            "" => "Deprecated.".to_owned(),
            instead => format!("Deprecated: {instead}"),
        };
        description = [description, note]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
    }
    let input = object(schema::input(extension, action));
    let description = (!description.is_empty()).then(|| description.into());
    let mut tool = Tool::new_with_raw(called(&action.name), description, input)
        .with_annotations(annotations(extension, action));
    tool.title = Some(options.title.clone()).filter(|it| !it.is_empty());
    let output = output(extension, action);
    let wrapped = output.as_ref().is_some_and(|(_, wrapped)| *wrapped);
    tool.output_schema = output.map(|(schema, _)| Arc::new(schema));
    let former = options.renamed_from.as_deref().map(called);
    Offered { tool, action: action.name.clone(), former, wrapped }
}

/// What a client may tell its user, or decide, before a call.
fn annotations(extension: &Extension, action: &Action) -> ToolAnnotations {
    let permissions = &extension.package.permissions;
    // What a sandbox without HTTP could change ends with the call.
    let reaches_out = !permissions.http.is_empty();
    let annotations = ToolAnnotations::new().open_world(reaches_out);
    match action.options.function {
        true => annotations.read_only(true).idempotent(true),
        false if reaches_out => annotations,
        false => annotations.destructive(false),
    }
}

/// The name of a tool. It is the same wherever the extension is deployed, and no other
/// extension can have it: neither namespace nor name has an underscore, and no action a hyphen.
fn name(namespace: &str, package: &str, action: &str) -> String {
    let whole = format!("{namespace}_{package}-{}", snake(action));
    if whole.len() <= LONGEST {
        return whole;
    }
    let hash = Digest::of(whole.as_bytes());
    // ASCII, as all names are.
    format!("{}_{}", &whole[..LONGEST - HASH - 1], &hash.hex()[..HASH])
}

/// The schema of what the tool gives, which must be an object's, and whether an object is put
/// around the result for that; `None`: it gives nothing.
fn output(extension: &Extension, action: &Action) -> Option<(JsonObject, bool)> {
    if matches!(action.result, None | Some(Type::Unit)) {
        return None;
    }
    let mut schema = object(schema::output(extension, action));
    // A structure stands in the schema itself: many clients look at `type` and `properties`
    // and follow no reference.
    let referred = schema.get("$ref").and_then(Value::as_str);
    let referred = referred.and_then(|it| it.strip_prefix("#/$defs/")).map(str::to_owned);
    if let Some(name) = referred
        && let Some(Value::Object(definition)) = schema.get("$defs").and_then(|it| it.get(&name))
        && definition.get("type").is_some_and(|it| it == "object")
    {
        let definition = definition.clone();
        schema.remove("$ref");
        for (key, value) in definition {
            schema.entry(key).or_insert(value);
        }
    }
    if schema.get("type").is_some_and(|it| it == "object") {
        return Some((schema, false));
    }
    // References go to the definitions of the whole.
    let shared = ["$schema", "$defs"].map(|key| (key, schema.remove(key)));
    let mut whole = object(json!({
        "type": "object",
        "description": "The result, as the only member of an object.",
        "properties": { RESULT: schema },
        "required": [RESULT],
        "additionalProperties": false,
    }));
    whole.extend(shared.into_iter().filter_map(|(key, it)| Some((key.to_owned(), it?))));
    Some((whole, true))
}

/// Schemas of arguments and results are objects, never `true`.
fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension() -> Extension {
        let definition = json!({
            "format": 1,
            "package": { "namespace": "acme", "name": "orders", "version": "1.0.0" },
            "actions": [],
            "types": [],
        });
        serde_json::from_value(definition).expect("a definition")
    }

    fn fits(name: &str) -> bool {
        (1..=LONGEST).contains(&name.len())
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
    }

    #[test]
    fn names_fit_and_differ() {
        assert_eq!(name("acme", "orders", "price_order"), "acme_orders-price_order");
        // What differs stays different.
        assert_ne!(name("a", "b-c", "d"), name("a-b", "c", "d"));
        let long = "x".repeat(60);
        let (one, other) = (name(&long, &long, "a"), name(&long, &long, "b"));
        assert!(fits(&one) && one.len() == LONGEST && one != other, "{one} {other}");
        assert!(fits(&name("acme", &"y".repeat(54), "abcd")));
        assert_eq!(name(&long, &long, "a"), one);
    }

    #[test]
    fn results_that_are_no_objects_are_put_in_one() {
        let extension = extension();
        let of = |result: Option<Type>| {
            let action = json!({ "name": "act", "parameters": [] });
            let mut action: Action = serde_json::from_value(action).expect("an action");
            action.result = result;
            output(&extension, &action)
        };
        assert_eq!(of(None), None);
        assert_eq!(of(Some(Type::Unit)), None);
        let (schema, wrapped) = of(Some(Type::String)).expect("a schema");
        assert!(wrapped);
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["properties"][RESULT], json!({ "type": "string" }));
        assert!(schema.contains_key("$schema"));
    }
}
