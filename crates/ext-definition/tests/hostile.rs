//! Definitions and arguments that were written to do harm: each is answered, in little time
//! and memory, with one clear message.

#![cfg(feature = "values")]

use ext_definition::code::{self, Code};
use ext_definition::diagnostic::Diagnostic;
use ext_definition::model::Extension;
use ext_definition::resolve::resolve;
use ext_definition::section;
use ext_definition::values::{self, MAX_VIOLATIONS, Types};
use serde_json::{Value, json};

fn manifest(parameters: Value, types: Value) -> Value {
    json!({
        "format": 1,
        "package": { "namespace": "a", "name": "b", "version": "1.0.0" },
        "actions": [{ "name": "act", "parameters": parameters }],
        "types": types,
    })
}

fn read(manifest: &Value) -> Result<Extension, Vec<Diagnostic>> {
    Extension::from_json(manifest.to_string().as_bytes())
}

#[track_caller]
fn refused(manifest: &Value, code: Code, word: &str) {
    let errors = read(manifest).expect_err("it is refused");
    assert!(errors.iter().any(|it| it.code == code && it.message.contains(word)), "{errors:?}");
    let size: usize = errors.iter().map(|it| it.message.len()).sum();
    assert!(size <= 4 * manifest.to_string().len() + 1000, "{size} bytes of messages");
}

fn structure(name: &str, fields: Value) -> Value {
    json!({ "name": name, "kind": "structure", "fields": fields })
}

/// So many fields, each made of its number.
fn fields(count: usize, field: impl Fn(usize) -> Value) -> Value {
    (0..count).map(field).collect()
}

fn plain(number: usize) -> Value {
    json!({ "name": format!("a{number}"), "type": "u8" })
}

#[test]
fn a_default_that_needs_itself() {
    let a = json!({ "named": "A" });
    let inside = json!([{ "name": "a", "type": a, "rules": { "default": {} } }]);
    let outside = json!([{ "name": "a", "type": a }]);
    refused(&manifest(outside, json!([structure("A", inside)])), code::NESTING, "`A`");
}

/// Each level is ten times the one below.
fn defaults(levels: usize) -> Value {
    let of = |level: usize| match level.checked_sub(1) {
        None => (json!("u8"), json!(1)),
        Some(below) => {
            (json!({ "list": { "named": format!("T{below}") } }), json!(vec![json!({}); 10]))
        }
    };
    let types = fields(levels + 1, |level| {
        let (ty, default) = of(level);
        let field = json!({ "name": "a", "type": ty, "rules": { "default": default } });
        structure(&format!("T{level}"), json!([field]))
    });
    manifest(json!([{ "name": "a", "type": { "list": { "named": format!("T{levels}") } } }]), types)
}

#[test]
fn defaults_that_multiply() {
    refused(&defaults(8), code::DEFAULT_MISFIT, "takes too much from defaults");
    // Few enough for the definition, too many for so many arguments.
    let definition = read(&defaults(4)).expect("a definition");
    let types = Types::of(&definition);
    let parameters = &definition.actions[0].parameters;
    let few = json!({ "a": [{}, {}] });
    assert!(values::read::<()>(&types, parameters, &few, values::ENOUGH).is_ok());
    let many = json!({ "a": vec![json!({}); 100] });
    let violations = values::read::<()>(&types, parameters, &many, values::ENOUGH).unwrap_err();
    assert!(violations.len() <= MAX_VIOLATIONS + 1);
    assert!(violations[0].reason.contains("defaults"), "{}", violations[0]);
}

#[test]
fn few_bytes_for_many_values() {
    let optional = |it: usize| json!({ "name": format!("a{it}"), "type": { "option": "u8" } });
    let types = json!([structure("T", fields(1_000, optional))]);
    let parameters = json!([
        { "name": "a", "type": { "list": { "named": "T" } }, "rules": { "default": [] } },
        { "name": "b", "type": { "list": "u8" }, "rules": { "default": [] } },
        { "name": "c", "type": { "map": ["string", "u8"] }, "rules": { "default": {} } },
    ]);
    let definition = read(&manifest(parameters, types)).expect("a definition");
    let types = Types::of(&definition);
    let parameters = &definition.actions[0].parameters;
    let bytes = |many: usize| json!({ "b": "AAAA".repeat(many / 3) });
    let entries = |many: usize| {
        let all = (0..many).map(|it| (it.to_string(), json!(1)));
        json!({ "c": all.collect::<serde_json::Map<_, _>>() })
    };
    for (value, fits) in [
        (json!({ "a": vec![json!({}); 49] }), true),
        (json!({ "a": vec![json!({}); 51] }), false),
        (json!({ "a": vec![json!({}); 1_000_000] }), false),
        // A value takes as much memory as 64 characters of base64.
        (bytes(4_700_000), true),
        (bytes(4_900_000), false),
        (json!({ "b": vec![1; 99_000] }), true),
        (json!({ "b": vec![1; 101_000] }), false),
        (entries(33_000), true),
        (entries(34_000), false),
    ] {
        let violations = match values::read::<()>(&types, parameters, &value, 100_000) {
            Ok(_) => Vec::new(),
            Err(violations) => violations,
        };
        let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
        let expected = "`arguments` are too many values: 100000 may be given".to_owned();
        assert_eq!(told, if fits { vec![] } else { vec![expected] });
    }
}

#[test]
fn too_many_of_anything() {
    let parts = structure("A", fields(10_001, plain));
    refused(&manifest(json!([]), json!([parts])), code::TOO_LARGE, "10001");
    let tuple = json!([{ "name": "a", "type": { "tuple": vec!["u8"; 200_000] } }]);
    refused(&manifest(tuple, json!([])), code::TOO_LARGE, "types in its signatures");
    let case = |it: usize| json!({ "name": format!("A{it}") });
    let kind = |it: usize| json!({ "name": format!("E{it}"), "kind": "enum", "cases": fields(9_999, case) });
    refused(&manifest(json!([]), fields(11, kind)), code::TOO_LARGE, "110001");
}

#[test]
fn a_name_that_every_message_repeats() {
    let wrong = fields(1000, |_| json!({ "name": "-", "type": "u8" }));
    let long = structure(&"A".repeat(100_000), wrong);
    refused(&manifest(json!([]), json!([long])), code::ELEMENT_NAME, "more than 50");
}

#[test]
fn names_in_json_and_former_names_by_the_thousand() {
    // A comparison of each with each would take minutes.
    let field = |it: usize| {
        let rules = json!({ "json_name": format!("b{it}"), "renamed_from": format!("c{it}") });
        json!({ "name": format!("a{it}"), "type": "u8", "rules": rules })
    };
    let types = json!([structure("A", fields(10_000, field))]);
    assert!(read(&manifest(json!([]), types)).is_ok());
}

#[test]
fn patterns_by_the_thousand() {
    let field = |it: usize, pattern: String| json!({ "name": format!("a{it}"), "type": "string", "rules": { "pattern": pattern } });
    // One pattern is compiled once.
    let same = fields(1_000, |it| field(it, r"\w{30}".into()));
    assert!(read(&manifest(same, json!([]))).is_ok());
    let others = fields(80, |it| field(it, format!(r"\w{{30}}{it}")));
    refused(&manifest(others, json!([])), code::PATTERN_MALFORMED, "too large together");
}

#[test]
fn a_pattern_that_is_two() {
    let field = json!([{ "name": "a", "type": "string", "rules": { "pattern": "a)|(?:b" } }]);
    refused(&manifest(field, json!([])), code::PATTERN_MALFORMED, "unopened group");
}

#[test]
fn a_version_that_is_more_than_one() {
    let mut manifest = manifest(json!([]), json!([]));
    manifest["package"]["version"] = "1.0.0; world evil {}".into();
    refused(&manifest, code::VERSION_MALFORMED, "version");
}

#[test]
fn members_that_nobody_knows_by_the_thousand() {
    let definition = read(&manifest(fields(5_000, plain), json!([]))).expect("a definition");
    let arguments: serde_json::Map<String, Value> =
        (0..50_000).map(|it| (format!("b{it}"), Value::Null)).collect();
    let parameters = &definition.actions[0].parameters;
    let types = Types::of(&definition);
    let violations =
        values::read::<()>(&types, parameters, &arguments.into(), values::ENOUGH).unwrap_err();
    assert_eq!(violations.len(), MAX_VIOLATIONS + 1);
    let size: usize = violations.iter().map(|it| it.reason.len()).sum();
    assert!(size < 100_000, "{size} bytes of messages");
}

#[test]
fn a_short_path_for_a_long_name() {
    let named = |path: &str, name: &str, of: &[Value]| {
        json!({
            "kind": "structure", "path": path, "of": of, "name": name,
            "file": "f", "line": 1, "column": 1, "parts": [plain(0)],
        })
    };
    // Put together, the name would have 10 GB.
    let many = vec![json!({ "named": { "path": "c::a" } }); 10_000];
    let types = [named("c::a", &"A".repeat(1_000_000), &[]), named("c::b", "B", &many)];
    let action = json!({
        "path": "c::f", "name": "f", "file": "f", "line": 1, "column": 1, "symbol": "s",
        "parameters": [], "result": "unit",
    });
    let entry = json!({ "format": 1, "types": types, "action": action }).to_string();
    let section = [&(entry.len() as u32).to_le_bytes()[..], entry.as_bytes()].concat();
    let errors = resolve(section::decode(&section).expect("entries"), "c").expect_err("refused");
    let size: usize = errors.iter().map(|it| it.message.len()).sum();
    assert!(size < 10_000, "{size} bytes of messages");
}
