//! Rules of parameters and fields: kept by every call, all that is broken said at once.

use ext_host::Error;
use serde_json::{Value, json};

use super::sink;

fn customer() -> Value {
    json!({"fullName": "Ada", "PIN": "1234"})
}

/// What is wrong about a call: paths and reasons.
#[track_caller]
fn broken(action: &str, arguments: Value) -> Vec<String> {
    match sink::failure(sink::shared(), action, arguments) {
        Error::Arguments(found) => found.iter().map(ToString::to_string).collect(),
        other => panic!("{action} failed with {other}"),
    }
}

#[test]
fn defaults_stand_in() {
    let call = |arguments| sink::shared().call_json("describe_customer", &arguments);
    let said = call(json!({"customer": customer()})).expect("it is right");
    assert_eq!(said, r#"Ada//2.5/4/7/green/["a", "b"]"#);
    let given = json!({
        "customer": {"fullName": "Ada", "PIN": "", "taxNumber": "PT1", "discount": 50},
        "times": 2, "separator": "+", "color": "Red", "words": [],
    });
    let said = call(given).expect("it is right");
    assert_eq!(said, "Ada/PT1/50/0/7/other/[]+Ada/PT1/50/0/7/other/[]");
}

#[test]
fn everything_broken_is_said_at_once() {
    let found = broken(
        "describe_customer",
        json!({
            "customer": {"fullName": "", "PIN": "1", "taxNumber": "pt", "discount": 50.25},
            "times": 4,
            "separator": "-----",
            "words": ["a", "b", "c"],
        }),
    );
    assert_eq!(
        found,
        [
            "`customer.fullName` must have at least 1 character",
            "`customer.taxNumber` must match the pattern [A-Z]{2}[0-9]+",
            "`customer.discount` must be at most 50",
            "`customer.discount` must have at most 1 decimals",
            "`times` must be at most 3",
            "`separator` must have at most 4 characters, not 5",
            "`words` must have at most 2 elements, not 3",
        ]
    );
}

#[test]
fn forms_are_checked_when_a_value_enters() {
    for (action, value) in [
        ("echo_decimal", json!("1,5")),
        ("echo_date", json!("2026-02-30")),
        ("echo_time", json!("25:00:00")),
        ("echo_date_time", json!("2026-11-23T13:45:00")),
        ("echo_duration", json!("1 hour")),
        ("echo_uuid", json!("67e55044")),
        ("echo_email", json!("ada")),
        ("echo_phone_number", json!("0351")),
        ("echo_url", json!("example.com")),
        ("echo_currency", json!({"amount": "1", "code": "euro"})),
        ("echo_array", json!([1, 2])),
        ("echo_rows", json!([[1, 2, 3, 4], [1, 2, 3]])),
        ("echo_number_map", json!({"one": "1"})),
        ("echo_small_map", json!({"256": {}})),
        ("echo_color_map", json!({"Blue": 1})),
    ] {
        let found = broken(action, json!({"value": value}));
        assert_eq!(
            found.len(),
            1 + usize::from(action == "echo_small_map") * 3,
            "{action}: {found:?}"
        );
        assert!(found[0].starts_with("`value"), "{action}: {found:?}");
    }
}

#[test]
fn former_names_still_work() {
    // `describe_customer` was `tell`, and `taxNumber` was `code`.
    let call = |customer| sink::shared().call_json("tell", &json!({"customer": customer}));
    let now = call(json!({"fullName": "Ada", "PIN": "", "taxNumber": "PT1"}));
    let before = call(json!({"fullName": "Ada", "PIN": "", "code": "PT1"}));
    assert_eq!(before.expect("it is right"), now.expect("it is right"));
    let both = json!({"fullName": "Ada", "PIN": "", "code": "PT1", "taxNumber": "PT1"});
    let found = broken("describe_customer", json!({"customer": both}));
    assert!(found.len() == 1 && found[0].starts_with("`customer.code` is not known"), "{found:?}");
    let found = broken("tell", json!({"customer": {"fullName": "Ada", "PIN": "", "code": "1"}}));
    assert!(
        found.len() == 1 && found[0].starts_with("`customer.taxNumber` must match"),
        "{found:?}"
    );
}

#[test]
fn outputs_have_names() {
    let answer = sink::shared().call_json("divide", &json!({"dividend": 7, "divisor": 2}));
    assert_eq!(answer.expect("it is right"), json!({"quotient": 3, "remainder": 1}));
    assert_eq!(broken("divide", json!({"dividend": 7, "divisor": 0})).len(), 1);
}

#[test]
fn the_definition_says_it() {
    let definition = sink::shared().definition();
    let action = |name: &str| definition.action(name).expect("it is there");
    let options = &action("describe_customer").options;
    assert_eq!((options.title.as_str(), options.group.as_str()), ("Say it", "Rules"));
    assert_eq!(options.renamed_from.as_deref(), Some("tell"));
    assert!(action("double").options.function);
    assert_eq!(action("double").options.deprecated.as_deref(), Some("multiply yourself"));
    let types = definition.types_by_name();
    let ext_definition::model::Kind::Structure { fields } = &types["Customer"].kind else {
        panic!("it is a structure")
    };
    let names: Vec<&str> = fields.iter().map(|it| it.json_name()).collect();
    assert_eq!(names, ["fullName", "taxNumber", "discount", "PIN"]);
    assert!(fields[3].rules.secret);
    assert_eq!(fields[1].rules.renamed_from.as_deref(), Some("code"));
}
