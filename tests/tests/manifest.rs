//! The JSON manifest against its published schema.

use std::process::Command;

use ext_tests::{Said, Scratch, build_extension, root, tool};

const CHECK: &str = r#"
import copy, json, sys
from jsonschema import Draft202012Validator

schema, manifest = (json.load(open(path)) for path in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(manifest)]
assert not errors, errors
# The schema is no rubber stamp.
for spoil in (
    lambda it: it.update(format=2),
    lambda it: it["package"].pop("namespace"),
    lambda it: it["actions"][0].update(nmae="x"),
    lambda it: it["actions"][0].update(result="u33"),
    lambda it: it["types"][0].update(kind="struct"),
    lambda it: it["package"]["files"][0].update(path="../etc/passwd"),
    lambda it: it["package"]["files"][0].pop("digest"),
    lambda it: it["package"]["limits"].update(time_ms=0),
    lambda it: it["package"].update(homepage="javascript:alert(1)"),
):
    spoiled = copy.deepcopy(manifest)
    spoil(spoiled)
    assert not validator.is_valid(spoiled), spoiled
print("valid")
"#;

#[test]
fn the_manifest_of_the_kitchen_sink_keeps_to_the_schema() {
    let manifest = build_extension("kitchen-sink").with_extension("json");
    let output = Command::new(tool("EXT_TEST_PYTHON"))
        .args(["-c", CHECK])
        .arg(root().join("docs/extension.schema.json"))
        .arg(manifest)
        .output()
        .expect("Python starts");
    assert_eq!(Said::from(output).success().out, "valid\n");
}

/// The meta-schema, and values: what a call takes and gives.
const CHECK_SCHEMAS: &str = r##"
import json, sys
from jsonschema import Draft202012Validator

schemas = json.load(open(sys.argv[1]))
assert len(schemas) > 150, len(schemas)
for action, schema in schemas.items():
    for part in schema.values():
        Draft202012Validator.check_schema(part)

def valid(action, part, value):
    return Draft202012Validator(schemas[action][part]).is_valid(value)

customer = {"fullName": "Ada", "PIN": "1"}
for action, part, value, expected in (
    ("describe_customer", "input", {"customer": customer}, True),
    ("describe_customer", "input", {"customer": customer, "times": 4}, False),
    ("describe_customer", "input", {"customer": {**customer, "taxNumber": "pt"}}, False),
    ("describe_customer", "input", {"customer": {**customer, "taxNumber": None}}, True),
    ("describe_customer", "input", {"customer": {"fullName": "Ada"}}, False),
    ("describe_customer", "input", {"customer": customer, "color": "Blue"}, False),
    ("describe_customer", "input", {"customer": customer, "words": ["a", "b", "c"]}, False),
    ("describe_customer", "input", {"customer": customer, "more": 1}, False),
    ("divide", "output", {"quotient": 3, "remainder": 1}, True),
    ("divide", "output", [3, 1], False),
    ("echo_array", "input", {"value": [1, 2, 3]}, True),
    ("echo_array", "input", {"value": [1, 2]}, False),
    ("echo_color_map", "input", {"value": {"Red": 1}}, True),
    ("echo_color_map", "input", {"value": {"Blue": 1}}, False),
    ("echo_number_map", "input", {"value": {"-1": "a"}}, True),
    ("echo_number_map", "input", {"value": {"one": "a"}}, False),
    ("echo_option_option", "input", {"value": [None]}, True),
    ("echo_bytes", "input", {"value": "AAEC"}, True),
    ("echo_f64", "input", {"value": 1.5}, True),
    # The server reads such texts as well; a schema that said so would be no plain number.
    ("echo_f64", "input", {"value": "NaN"}, False),
):
    assert valid(action, part, value) == expected, (action, part, value, expected)
print("valid")
"##;

#[test]
fn the_schemas_of_the_kitchen_sink_are_schemas_and_tell_values_apart() {
    let package = build_extension("kitchen-sink");
    let scratch = Scratch::new();
    let package = package.to_str().expect("UTF-8");
    let said = scratch.ext("", &["inspect", package, "--format", "schema"]).success();
    let file = scratch.path().join("schemas.json");
    std::fs::write(&file, said.out).expect("written");
    let output = Command::new(tool("EXT_TEST_PYTHON"))
        .args(["-c", CHECK_SCHEMAS])
        .arg(file)
        .output()
        .expect("Python starts");
    assert_eq!(Said::from(output).success().out, "valid\n");
}
