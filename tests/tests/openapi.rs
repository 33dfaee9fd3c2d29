//! The examples as OpenAPI, each and all together, in both versions: a validator made by
//! others accepts the documents, and calls and their answers fit the schemas.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use ext_definition::artifact::definition;
use ext_definition::examples;
use ext_definition::model::{Action, Extension};
use ext_definition::openapi::{Options, Served, Version, render};
use ext_host::{Error, Host, Limits};
use ext_tests::{Said, Scratch, Server, build_extension, publish_example, tool};
use serde_json::{Value, json};

const EXAMPLES: [&str; 3] = ["finance", "spreadsheet", "kitchen-sink"];

/// Documents and calls in, how many values were checked out.
const CHECK: &str = r##"
import json, sys
from openapi_schema_validator import OAS30Validator, OAS31Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, validate

document, calls = (json.load(open(path)) for path in sys.argv[1:3])
old = document["openapi"].startswith("3.0")
validate(document, cls=OpenAPIV30SpecValidator if old else OpenAPIV31SpecValidator)
Values = OAS30Validator if old else OAS31Validator
checked = 0

def check(schema, value, where):
    global checked
    checked += 1
    whole = {"allOf": [schema], "components": document["components"]}
    errors = [f"{error.json_path}: {error.message}" for error in Values(whole).iter_errors(value)]
    assert not errors, (where, value, errors)

def resolved(part):
    while "$ref" in part:
        target = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part

# Examples fit the schemas beside them, wherever they are.
def walk(part, where):
    if isinstance(part, dict):
        if "schema" in part:
            schema = part["schema"]
            if "example" in part:
                check(schema, part["example"], where)
            for name, example in part.get("examples", {}).items():
                check(schema, example["value"], where + [name])
        elif "type" in part or "anyOf" in part or "oneOf" in part or "$ref" in part:
            if where[-1] not in ("properties", "headers", "example"):
                given = part["examples"] if isinstance(part.get("examples"), list) else []
                for key in ("default", "example"):
                    given = given + ([part[key]] if key in part else [])
                for value in given:
                    check(part, value, where)
        for key, inner in part.items():
            if key not in ("example", "examples", "default", "enum"):
                walk(inner, where + [key])
    elif isinstance(part, list):
        for inner in part:
            walk(inner, where)

walk(document, ["document"])

# What was asked and answered fits, and is no mere accident.
for call in calls:
    post = document["paths"][call["path"]]["post"]
    body = post["requestBody"]["content"]["application/json"]["schema"]
    # Version 3.0 has one form of each value; its own examples were checked above.
    if not old:
        check(body, call["arguments"], [call["path"], "arguments"])
    answer = resolved(post["responses"][call["status"]])
    contents = list(answer.get("content", {}).values())
    if call["status"] == "204":
        assert contents == [], call["path"]
    else:
        check(contents[0]["schema"], call["answer"], [call["path"], call["status"]])
    if body["properties"]:
        whole = {"allOf": [body], "components": document["components"]}
        name = next(iter(body["properties"]))
        assert not Values(whole).is_valid({**call["arguments"], "no such": 1}), call["path"]
        if name in body.get("required", []):
            less = {key: value for key, value in call["arguments"].items() if key != name}
            assert not Values(whole).is_valid(less), (call["path"], name)
print(checked)
"##;

/// An example, its package's file, and where it is offered.
struct Example {
    file: String,
    path: String,
    definition: Extension,
    calls: Vec<Value>,
}

fn example(name: &str) -> Example {
    let file = build_extension(name);
    let component = std::fs::read(&file).expect("the package was built just now");
    let definition = definition(&component).expect("a definition");
    let path = format!("/v1/{}/{}", definition.package.namespace, definition.package.name);
    // Some actions never end, or take all memory that they get.
    let limits = Limits { time: Duration::from_secs(3), memory: 256 << 20, ..Limits::default() };
    let host = Host::builder().cache(None).limits(limits).build().expect("a host");
    let extension = host.load_bytes(&component).expect("the package loads");
    let call = |action: &Action| {
        let arguments = examples::arguments(&definition, action).value;
        // As the server answers.
        let (status, answer) = match extension.call_json(&action.name, &arguments) {
            Ok(Value::Null) if action.result.is_none() => ("204", Value::Null),
            Ok(value) => ("200", value),
            Err(Error::Action(error)) => {
                let answer = json!({
                    "type": "/errors/EXT0503", "title": "", "status": 422, "code": "EXT0503",
                    "detail": error.message, "instance": "/calls/1", "error": error.value,
                });
                ("422", answer)
            }
            // Actions that panic, or run into their limits.
            Err(Error::Trap(_) | Error::Limit(_)) => return None,
            Err(other) => panic!("{name}: {}: {other}", action.name),
        };
        let path = format!("{path}/{}", action.name.replace('_', "-"));
        Some(json!({ "path": path, "arguments": arguments, "status": status, "answer": answer }))
    };
    let calls = definition.actions.iter().filter_map(call).collect();
    let file = file.to_str().expect("UTF-8").to_owned();
    Example { file, path, definition, calls }
}

/// How many values the validators looked at.
fn check(scratch: &Scratch, document: &str, calls: &[&Value]) -> usize {
    std::fs::write(scratch.path().join("openapi.json"), document).expect("written");
    let calls = serde_json::to_vec(&calls).expect("JSON");
    std::fs::write(scratch.path().join("calls.json"), calls).expect("written");
    let output = Command::new(tool("EXT_TEST_PYTHON"))
        .args(["-c", CHECK, "openapi.json", "calls.json"])
        .current_dir(scratch.path())
        .output()
        .expect("Python starts");
    Said::from(output).success().out.trim().parse().expect("a number")
}

#[test]
fn documents_are_valid_and_calls_fit_them() {
    let scratch = Scratch::new();
    let examples: BTreeMap<&str, Example> = EXAMPLES.map(|it| (it, example(it))).into();
    for (word, version) in [("3.1", Version::V31), ("3.0", Version::V30)] {
        let options = Options { version, ..Options::default() };
        let mut alone = 0;
        for (name, example) in &examples {
            let inspect = ["inspect", &example.file, "--format", "openapi"];
            let inspect = [&inspect[..], &["--openapi-version", word]].concat();
            let said = scratch.ext("", &inspect).success();
            let served = Served { definition: &example.definition, path: &example.path };
            let printed: Value = serde_json::from_str(&said.out).expect("JSON");
            assert_eq!(printed, render(&[served], &options), "{name}");
            let calls: Vec<&Value> = example.calls.iter().collect();
            let checked = check(&scratch, &said.out, &calls);
            // An example of each call and answer, and the answers that came.
            assert!(checked > 2 * calls.len(), "{name} {word}: {checked}");
            alone += checked;
        }
        let served: Vec<Served<'_>> = (examples.values())
            .map(|it| Served { definition: &it.definition, path: &it.path })
            .collect();
        let options = Options {
            servers: vec!["https://ext.example.com".to_owned()],
            token_optional: true,
            ..options
        };
        let document = render(&served, &options).to_string();
        let calls: Vec<&Value> = examples.values().flat_map(|it| &it.calls).collect();
        let together = check(&scratch, &document, &calls);
        // One example of what the three documents share.
        assert_eq!(together, alone - 2, "{word}");
    }
}

#[test]
fn a_server_says_whether_a_token_is_needed() {
    let scratch = Scratch::new();
    for name in ["finance", "spreadsheet"] {
        publish_example(&scratch, name);
    }
    let server = Server::start(&scratch, &[]);
    for name in ["finance", "spreadsheet"] {
        server.deploy(&format!("example:{name}"));
    }
    let wanted = json!({ "name": "reader", "scopes": ["invoke"] });
    let token = server.post("/api/tokens", &wanted).ok()["token"].as_str().unwrap().to_owned();
    let documents = |server: &Server, optional: bool| {
        let bearer = format!("Bearer {token}");
        for path in ["/v1/openapi.json", "/v1/example/finance/openapi.json"] {
            for version in ["3.1", "3.0"] {
                let path = format!("{path}?version={version}");
                let answer = server.send("GET", &path, &[("authorization", &bearer)], b"");
                let document = answer.ok();
                check(&scratch, &answer.body, &[]);
                // An empty requirement beside the others makes all of them optional.
                let security = document["security"].as_array().expect("requirements");
                assert_eq!(security.contains(&json!({})), optional, "{path}: {security:?}");
                let anonymous = server.get(&path);
                assert_eq!(anonymous.status == 200, optional, "{path}: {anonymous:?}");
            }
        }
    };
    documents(&server, true);
    server.end();
    documents(&Server::start(&scratch, &["--require-token"]), false);
}
