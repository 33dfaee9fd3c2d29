//! The JSON manifest against its published schema.

use std::process::Command;

use ext_tests::{Said, build_extension, root, tool};

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
