//! JSON over several lines, in the order that it has.

/// Indents JSON as `serde_json::to_string_pretty` does. The text must be JSON without blanks.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    let mut characters = json.chars().peekable();
    while let Some(it) = characters.next() {
        if in_text {
            out.push(it);
            in_text = escaped || it != '"';
            escaped = it == '\\' && !escaped;
            continue;
        }
        match it {
            '{' | '[' => {
                out.push(it);
                match characters.next_if(|it| matches!(it, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(it);
            }
            ',' => {
                out.push(it);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            it => {
                in_text = it == '"';
                out.push(it);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_what_serde_json_writes() {
        for json in [
            "null",
            r#""a \"b\" \\""#,
            r#"{"a":[1,{"b":"x,{}[]:\\\""},[],{}],"c":{"d":-1.5}}"#,
            r#"["\\",{"":""}]"#,
        ] {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(super::pretty(json), serde_json::to_string_pretty(&value).unwrap());
        }
        assert_eq!(super::pretty(r#"{"b":1,"a":2}"#), "{\n  \"b\": 1,\n  \"a\": 2\n}");
    }
}
