use super::*;

fn field(ty: Value, rules: Value) -> Field {
    let field = json!({ "name": "it", "type": ty, "rules": rules });
    serde_json::from_value(field).unwrap()
}

fn extension() -> Extension {
    let kinds = json!([
        { "name": "Color", "kind": "enum", "cases": [{ "name": "Red" }, { "name": "Green" }] },
        { "name": "Shape", "kind": "variant", "cases": [
            { "name": "Circle", "type": "f64" }, { "name": "Nothing" },
        ] },
        { "name": "Line", "kind": "structure", "fields": [
            { "name": "sku", "type": "string", "rules": { "json_name": "SKU", "example": "A-1" } },
            { "name": "count", "type": "u32", "rules": { "default": 2 } },
            { "name": "note", "type": { "option": "string" } },
        ] },
    ]);
    Extension {
        format: crate::model::FORMAT,
        package: Default::default(),
        actions: Vec::new(),
        types: serde_json::from_value(kinds).unwrap(),
    }
}

fn example(ty: Value, rules: Value) -> Example {
    let extension = extension();
    let mut maker = Maker::new(&extension);
    let value = maker.field(&field(ty, rules), "it");
    Example { value, open: maker.open }
}

/// Types, rules, and the example that is made.
fn cases() -> Vec<(Value, Value, Value)> {
    vec![
        (json!("bool"), json!({}), json!(true)),
        (json!("u8"), json!({ "min": 5 }), json!(5)),
        (json!("s64"), json!({ "max": -5 }), json!(-5)),
        (json!("u64"), json!({ "min": u64::MAX }), json!(u64::MAX)),
        (json!("s32"), json!({ "min": 1.5 }), json!(2)),
        (json!("f64"), json!({}), json!(1.5)),
        (json!("f64"), json!({ "decimals": 0 }), json!(1.0)),
        (json!("f32"), json!({ "min": 100.5, "decimals": 0 }), json!(101.0)),
        (json!("f64"), json!({ "min": -3, "max": -1 }), json!(-2.0)),
        (json!("decimal"), json!({}), json!("12.50")),
        (json!("decimal"), json!({ "max": 5, "decimals": 2 }), json!("1")),
        (json!("string"), json!({ "max_length": 2 }), json!("te")),
        (json!("string"), json!({ "min_length": 11 }), json!("text text t")),
        (json!("string"), json!({ "pattern": "[A-Z]{3}" }), json!("AAA")),
        (json!("string"), json!({ "pattern": "[A-Z]{2}[0-9]+" }), json!("AA0")),
        (json!("string"), json!({ "pattern": "\\d{2,4}-[a-z_]*\\.x?" }), json!("11-a.x")),
        (json!("string"), json!({ "pattern": "(a|b)", "example": "b" }), json!("b")),
        (json!({ "list": "u8" }), json!({}), json!("AAAA")),
        (json!({ "list": "u8" }), json!({ "max_length": 1 }), json!("AA==")),
        (json!({ "list": "bool" }), json!({ "min_length": 2 }), json!([true, true])),
        (json!({ "list": "bool" }), json!({ "max_length": 0 }), json!([])),
        (json!({ "array": ["char", 2] }), json!({}), json!(["a", "a"])),
        (json!({ "option": { "option": "char" } }), json!({}), json!(["a"])),
        (json!({ "option": "u8" }), json!({ "min": 9 }), json!(9)),
        (json!({ "tuple": ["u8", "date"] }), json!({}), json!([1, "2026-11-23"])),
        (json!({ "result": ["unit", "char"] }), json!({}), json!({ "ok": null })),
        (
            json!({ "map": ["string", "u8"] }),
            json!({ "min_length": 2 }),
            json!({ "key": 1, "key2": 1 }),
        ),
        (json!({ "map": [{ "named": "Color" }, "u8"] }), json!({}), json!({ "Red": 1 })),
        (json!({ "named": "Shape" }), json!({}), json!({ "Circle": 1.5 })),
        (json!({ "named": "Line" }), json!({}), json!({ "SKU": "A-1", "count": 2 })),
    ]
}

#[test]
fn examples_are_what_is_expected() {
    for (ty, rules, expected) in cases() {
        let made = example(ty.clone(), rules.clone());
        assert_eq!(made, Example { value: expected, open: Vec::new() }, "{ty} {rules}");
    }
}

#[cfg(feature = "values")]
#[test]
fn examples_are_accepted() {
    let types = crate::values::Types::of(&extension());
    for (ty, rules, expected) in cases() {
        let of = Extension { actions: Vec::new(), ..extension() };
        let field = field(ty.clone(), rules.clone());
        // Patterns are compiled for the fields of a definition.
        let holder = TypeDefinition {
            name: "Holder".into(),
            description: String::new(),
            kind: Kind::Structure { fields: vec![field.clone()] },
        };
        let of = Extension { types: of.types.into_iter().chain([holder]).collect(), ..of };
        let types = if field.rules.pattern.is_some() {
            crate::values::Types::of(&of)
        } else {
            types.clone()
        };
        let found = crate::values::Checking::new(&types).check(&field, &expected);
        assert_eq!(found, [], "{ty} {rules}");
    }
}

#[test]
fn what_is_not_certain_is_said() {
    for (ty, rules, reason) in [
        (json!("string"), json!({ "pattern": "(a|b)+" }), "must match (a|b)+"),
        (json!("string"), json!({ "pattern": "[A-Z]{3}", "min_length": 4 }), "must match [A-Z]{3}"),
        (json!("string"), json!({ "pattern": "[^a]" }), "must match [^a]"),
        (json!("email"), json!({ "max_length": 6 }), "must have at most 6 characters"),
        (json!("f64"), json!({ "min": 0.25, "max": 0.3, "decimals": 1 }), ""),
        (
            json!({ "map": [{ "named": "Color" }, "u8"] }),
            json!({ "min_length": 3 }),
            "must have at least 3 elements",
        ),
    ] {
        let made = example(ty.clone(), rules.clone());
        match reason {
            // One of the bounds does.
            "" => assert_eq!(made.open, [], "{ty} {rules}"),
            reason => assert_eq!(made.open[0].reason, reason, "{ty} {rules}"),
        }
    }
}

#[test]
fn examples_of_structures_that_multiply_end() {
    let mut types = Vec::new();
    for level in 0..20 {
        let inner =
            if level == 0 { json!("u8") } else { json!({ "named": format!("T{}", level - 1) }) };
        let fields: Vec<Value> =
            (0..10).map(|it| json!({ "name": format!("f{it}"), "type": inner })).collect();
        types.push(json!({ "name": format!("T{level}"), "kind": "structure", "fields": fields }));
    }
    let extension =
        Extension { types: serde_json::from_value(types.into()).unwrap(), ..extension() };
    let made = value(&extension, &Type::Named("T19".into()));
    assert_eq!(made.open.len(), 1);
}
