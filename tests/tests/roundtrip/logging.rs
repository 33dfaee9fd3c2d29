//! What extensions log: with its level and fields, with its call, and with an end.

use ext_host::Level;
use serde_json::{Value, json};

use super::sink;

#[test]
fn levels() {
    let extension = sink::load();
    for _ in 0..2 {
        let (result, output) = extension.invoke("logs_levels", &json!({}));
        assert_eq!(result.expect("it only logs"), Value::Null);
        let said = output.records.iter().map(|it| (it.level, it.target.as_str(), it.to_string()));
        let target = "kitchen_sink::logging";
        let said: Vec<_> = said.collect();
        // Those of `trace` are for who asks for them.
        let levels = [Level::Error, Level::Warn, Level::Info, Level::Debug];
        let expected =
            levels.map(|level| (level, target, format!("{level} {target}: at the level {level}")));
        assert_eq!(said, expected);
        assert_eq!((output.text.as_str(), output.dropped), ("", 0));
    }
    // Nothing of it is left for the next one.
    let (_, output) = extension.invoke("counts", &json!({}));
    assert!(output.is_empty(), "{output:?}");
}

#[test]
fn fields_without_secrets() {
    let arguments = json!({"message": "two\nlines", "password": "pass \"1\"", "number": 7});
    let (result, output) = sink::shared().invoke("logs_fields", &arguments);
    assert_eq!(result.expect("it only logs"), Value::Null);
    let [record] = output.records.as_slice() else { panic!("{output:?}") };
    assert_eq!((record.level, record.target.as_str()), (Level::Warn, "sink::fields"));
    assert_eq!(record.message, "two\nlines ***");
    let fields: Vec<_> =
        record.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, [("number", "7"), ("password", "***"), ("empty", "")]);
    assert_eq!(
        record.to_string(),
        "WARN sink::fields: two\\nlines *** number=7 password=*** empty=\"\""
    );
    assert_eq!(output.text, "two\nlines ***\n");
    // What is no argument of this call is no secret.
    let (_, output) =
        sink::shared().invoke("logs_fields", &json!({"message": "pass", "number": 1}));
    assert_eq!(output.records[0].message, "pass ");
}

#[test]
fn a_large_secret_hides_all_that_is_said() {
    let password = "p".repeat(8 << 20);
    let arguments = json!({"message": "hello", "password": password, "number": 7});
    let (result, output) = sink::shared().invoke("logs_fields", &arguments);
    assert_eq!(result.expect("it only logs"), Value::Null);
    assert_eq!(output.text, "***");
}

#[test]
fn a_flood_is_bounded_and_ends_with_what_matters() {
    let extension = sink::load();
    for (records, length) in [(5000, 10), (5000, 4000), (3, 1 << 20)] {
        let arguments = json!({"records": records, "length": length});
        let (result, output) = extension.invoke("logs_much", &arguments);
        assert_eq!(result.expect("it only logs"), Value::Null);
        let bytes: usize = output.records.iter().map(|it| it.message.len()).sum();
        assert!(output.records.len() <= 1000 && bytes <= 256 << 10, "{bytes}");
        assert_eq!(output.records.len() as u64 + output.dropped, records + 1);
        assert_eq!(output.records.last().map(|it| it.message.as_str()), Some("at the end"));
    }
    let (_, output) = extension.invoke("logs_levels", &json!({}));
    assert_eq!((output.records.len(), output.dropped), (4, 0));
}

#[test]
fn records_before_a_failure_are_kept() {
    let (result, output) = sink::shared().invoke("logs_and_panics", &json!({"message": "why"}));
    assert!(result.is_err());
    assert_eq!(output.records[0].message, "why");
    assert_eq!(output.text, "");
}
