//! Reading a panic's message from what the extension wrote, and filling in the messages of
//! errors.

use serde_json::Value;

use crate::error::Trap;

/// The panic that the standard library reported last: a line `thread '…' panicked at PLACE:`,
/// then the message, then perhaps a note. And what was written before.
pub fn panic(output: &str) -> Option<(&str, Trap)> {
    let (at, place, report) = output.rmatch_indices("thread '").find_map(|(at, _)| {
        let starts_line = at == 0 || output[..at].ends_with('\n');
        let (head, report) = output[at..].split_once('\n')?;
        let (_, place) = head.split_once(" panicked at ")?;
        // A message may speak of panics as well, but hardly of a line and a column.
        let place = place.strip_suffix(':')?;
        let numbers = place.rsplitn(3, ':').take(2).all(|part| part.parse::<u32>().is_ok());
        (starts_line && numbers).then_some((at, place, report))
    })?;
    let message = report.rsplit_once("\nnote: run with `RUST_BACKTRACE").map_or(report, |it| it.0);
    // The report starts with an empty line.
    let before = output[..at].strip_suffix('\n').unwrap_or_default();
    let (message, place) = (message.trim_end().to_owned(), Some(place.to_owned()));
    Some((before, Trap { message, place }))
}

/// An error's template with its data in place of `{0}`, `{1}` and `{field}`.
pub fn fill(template: &str, data: Option<&Value>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, behind) = rest.split_at(at);
        out.push_str(text);
        if let Some(behind) = behind.strip_prefix("{{") {
            out.push('{');
            rest = behind;
        } else if let Some(behind) = behind.strip_prefix("}}") {
            out.push('}');
            rest = behind;
        } else if let Some((name, behind)) = behind[1..].split_once('}') {
            // What follows a colon says how Rust prints it.
            let name = name.split(':').next().unwrap_or(name);
            match data.and_then(|data| member(data, name)) {
                Some(Value::String(text)) => out.push_str(text),
                Some(value) => out.push_str(&value.to_string()),
                None => {}
            }
            rest = behind;
        } else {
            out.push_str(behind);
            rest = "";
        }
    }
    out.push_str(rest);
    out
}

fn member<'a>(data: &'a Value, name: &str) -> Option<&'a Value> {
    match (data, name.parse::<usize>()) {
        (Value::Object(fields), _) if fields.contains_key(name) => fields.get(name),
        // A case with one value has it as such, several are a list.
        (Value::Array(values), Ok(index)) => values.get(index).or((index == 0).then_some(data)),
        (_, Ok(0)) => Some(data),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn panics() {
        let output = "hello\n\nthread '<unnamed>' (1) panicked at src/lib.rs:3:5:\ntoo\nmany\nnote: run with `RUST_BACKTRACE=1` …\n";
        let expected = Trap { message: "too\nmany".into(), place: Some("src/lib.rs:3:5".into()) };
        assert_eq!(panic(output), Some(("hello\n", expected)));
        // A message that looks like a report, but names no line.
        let nested = output.replace("many", "thread 'x' panicked at noon:\nit was hot");
        assert!(panic(&nested).is_some_and(|(_, trap)| trap.message.ends_with("it was hot")));
        assert_eq!(panic("nothing of the kind"), None);
    }

    #[test]
    fn templates() {
        for (template, data, expected) in [
            ("plain", json!(null), "plain"),
            ("no {0}!", json!("EUR"), "no EUR!"),
            ("{0} of {1:?}", json!([1, "x"]), "1 of x"),
            ("{rows} x {columns}", json!({"rows": 2, "columns": 3}), "2 x 3"),
            ("{{{0}}}", json!(5), "{5}"),
            ("open {", json!(5), "open {"),
        ] {
            assert_eq!(fill(template, Some(&data)), expected, "{template}");
        }
    }
}
