//! Constant expressions, as far as attributes and defaults need them.

use std::collections::HashMap;

use tree_sitter::Node;

use super::Reader;

/// Deepest nesting of parentheses and casts that is followed, and of constants of constants.
const MAX_DEPTH: usize = 16;
/// Most parts of a text: constants that contain each other twice grow exponentially.
const MAX_PARTS: usize = 100_000;
/// Longest text of a constant, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// The value of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// As it is written, with a minus and a suffix.
    Number(String),
    Bool(bool),
    /// `null` and `default`.
    Null,
    /// `OSDataType.Text`, `Constants.Icon`.
    Path(String),
    /// `"a" + "b"` and `$"a{b}"`
    Joined(Vec<Value>),
    /// The start of anything else.
    Other(String),
}

/// The `const` fields that are known, by `Type.Name`.
pub type Constants = HashMap<String, Value>;

impl Value {
    /// The text, if it is one.
    pub fn text(&self, constants: &Constants) -> Option<String> {
        let is_text = |it: &Self| matches!(it.resolved(constants), Self::Text(_) | Self::Joined(_));
        match self.resolved(constants) {
            Self::Text(text) => Some(text.clone()),
            // `1 + 2 + "a"` is "3a" in C#; once a text is on the left, all that follows is text.
            Self::Joined(parts) if parts.iter().take(2).any(is_text) => {
                let mut writer = TextWriter { constants, text: String::new(), parts: 0 };
                writer.all(parts, MAX_DEPTH)?;
                Some(writer.text)
            }
            _ => None,
        }
    }

    /// The value of a constant, also of one that is set to another; the value itself otherwise.
    pub fn resolved<'a>(&'a self, constants: &'a Constants) -> &'a Self {
        let mut value = self;
        for _ in 0..MAX_DEPTH {
            let Self::Path(path) = value else { break };
            let mut segments = path.rsplit('.');
            let (name, of) = (segments.next().unwrap_or_default(), segments.next());
            let key = of.map_or_else(|| name.to_owned(), |of| format!("{of}.{name}"));
            match constants.get(&key) {
                Some(constant) => value = constant,
                None => break,
            }
        }
        value
    }

    /// The last segment of a path: `Text` of `OSDataType.Text`.
    pub fn last_segment(&self) -> Option<&str> {
        match self {
            Self::Path(path) => path.rsplit('.').next(),
            _ => None,
        }
    }
}

/// Writes a text of several parts within bounds.
struct TextWriter<'a> {
    constants: &'a Constants,
    text: String,
    parts: usize,
}

impl TextWriter<'_> {
    /// Gives `None` if a part is not constant, if constants refer to each other in a circle, or
    /// if the text exceeds a bound.
    fn all(&mut self, parts: &[Value], depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        for part in parts {
            self.parts += 1;
            match part.resolved(self.constants) {
                Value::Text(text) => self.text.push_str(text),
                // A suffix, a fraction or another base is written in another way than it is read.
                Value::Number(number)
                    if number.bytes().all(|it| it.is_ascii_digit() || it == b'-') =>
                {
                    self.text.push_str(number);
                }
                Value::Bool(value) => self.text.push_str(if *value { "True" } else { "False" }),
                Value::Joined(parts) => self.all(parts, depth)?,
                _ => return None,
            }
            if self.text.len() > MAX_TEXT || self.parts > MAX_PARTS {
                return None;
            }
        }
        Some(())
    }
}

/// As it would be written in C#, shortened.
impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => {
                write!(formatter, "{:?}", text.chars().take(60).collect::<String>())
            }
            Self::Number(text) | Self::Path(text) | Self::Other(text) => formatter.write_str(text),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Null => formatter.write_str("null"),
            Self::Joined(_) => formatter.write_str("a text of several parts"),
        }
    }
}

impl Reader<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, node: Node<'_>) -> Value {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            let inner = match node.kind() {
                "parenthesized_expression" | "checked_expression" | "arrow_expression_clause" => {
                    node.named_child(0)
                }
                "cast_expression" => node.child_by_field_name("value"),
                // `null!`
                "postfix_unary_expression" if self.text(node).ends_with('!') => node.named_child(0),
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        match node.kind() {
            "binary_expression" => self.sum(node),
            _ => self.simple(node),
        }
    }

    /// Sums lean to the left: a loop, since long texts are written as long sums.
    fn sum(&self, node: Node<'_>) -> Value {
        let mut parts = Vec::new();
        let mut rest = node;
        while rest.kind() == "binary_expression" {
            let operator = rest.child_by_field_name("operator").map(|it| self.text(it));
            let left = rest.child_by_field_name("left");
            let right = rest.child_by_field_name("right");
            match (operator, left, right) {
                (Some("+"), Some(left), Some(right)) => {
                    parts.push(self.simple(right));
                    rest = left;
                }
                _ => return self.other(node),
            }
        }
        parts.push(self.simple(rest));
        parts.reverse();
        Value::Joined(parts)
    }

    fn simple(&self, node: Node<'_>) -> Value {
        let text = self.text(node);
        match node.kind() {
            "string_literal" => Value::Text(regular(text)),
            "verbatim_string_literal" => Value::Text(verbatim(text)),
            "raw_string_literal" => Value::Text(raw(text)),
            "interpolated_string_expression" => self.interpolated(node),
            "character_literal" => {
                let inner = text.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
                Value::Text(unescape(inner.unwrap_or_default()))
            }
            "integer_literal" | "real_literal" => Value::Number(text.to_owned()),
            "boolean_literal" => Value::Bool(text == "true"),
            "null_literal" | "default_expression" => Value::Null,
            "prefix_unary_expression" => {
                let number = text.trim_start_matches('-').trim_start();
                match text.starts_with('-') && number.starts_with(|it: char| it.is_ascii_digit()) {
                    true => Value::Number(format!("-{number}")),
                    false => self.other(node),
                }
            }
            "identifier" | "member_access_expression" | "qualified_name" => {
                let path: String = text.split_whitespace().collect();
                match path.as_str() {
                    "string.Empty" | "String.Empty" => Value::Text(String::new()),
                    _ => Value::Path(path),
                }
            }
            "invocation_expression" => {
                let inner = text.strip_prefix("nameof(").and_then(|it| it.strip_suffix(')'));
                match inner.and_then(|it| it.rsplit('.').next()) {
                    Some(name) => Value::Text(name.trim().to_owned()),
                    None => self.other(node),
                }
            }
            _ => self.other(node),
        }
    }

    /// `$"a{B}c"`, `$@"…"` and `$"""…"""`. A hole with an alignment or a format is not constant.
    fn interpolated(&self, node: Node<'_>) -> Value {
        let text = self.text(node);
        let sigils = text.len() - text.trim_start_matches(['$', '@']).len();
        let quotes = text[sigils..].len() - text[sigils..].trim_start_matches('"').len();
        let raw_quotes = if quotes >= 3 { quotes } else { 1 };
        // Raw texts over several lines lose an indentation; those with `$$` other braces.
        if raw_quotes > 1 && (text.contains('\n') || text.starts_with("$$")) {
            return self.other(node);
        }
        let is_verbatim = text[..sigils].contains('@');
        let piece = |text: &str| match () {
            () if raw_quotes > 1 => text.to_owned(),
            () if is_verbatim => text.replace("\"\"", "\""),
            () => unescape(text),
        };
        let piece = |text: &str| Value::Text(piece(text).replace("{{", "{").replace("}}", "}"));
        let mut parts = Vec::new();
        let mut at = node.start_byte() + sigils + raw_quotes;
        for hole in node.named_children(&mut node.walk()) {
            if hole.kind() != "interpolation" {
                continue;
            }
            let mut cursor = hole.walk();
            let inner = hole.named_children(&mut cursor);
            let inner: Vec<_> = inner.filter(|it| it.kind() != "interpolation_brace").collect();
            let &[expression] = &inner[..] else { return self.other(node) };
            parts.push(piece(self.text.get(at..hole.start_byte()).unwrap_or_default()));
            parts.push(self.simple(expression));
            at = hole.end_byte();
        }
        let end = node.end_byte().saturating_sub(raw_quotes);
        let last = piece(self.text.get(at..end).unwrap_or_default());
        if parts.is_empty() {
            return last;
        }
        parts.push(last);
        Value::Joined(parts)
    }

    fn other(&self, node: Node<'_>) -> Value {
        let words = self.text(node).split_whitespace().collect::<Vec<_>>().join(" ");
        Value::Other(words.chars().take(80).collect())
    }
}

/// `"…"`, perhaps with an encoding behind it.
fn regular(text: &str) -> String {
    let text = text.strip_prefix('"').unwrap_or(text);
    unescape(text.rfind('"').map_or(text, |end| &text[..end]))
}

/// `@"…"`: only quotes are special.
fn verbatim(text: &str) -> String {
    let text = text.trim_start_matches(['@', '$']);
    let text = text.strip_prefix('"').unwrap_or(text);
    text.rfind('"').map_or(text, |end| &text[..end]).replace("\"\"", "\"")
}

/// `"""…"""`: as it is, less the indentation of the closing quotes.
fn raw(text: &str) -> String {
    let text = text.trim_matches('"');
    let Some((first, lines)) = text.split_once('\n').filter(|(first, _)| first.trim().is_empty())
    else {
        return text.to_owned();
    };
    debug_assert!(first.trim().is_empty());
    let indentation = lines.rsplit('\n').next().unwrap_or_default();
    let strip = |line: &str| {
        let line = line.strip_prefix(indentation).unwrap_or(line.trim_start());
        line.trim_end_matches('\r').to_owned()
    };
    let mut lines: Vec<String> = lines.split('\n').map(strip).collect();
    lines.pop();
    lines.join("\n")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let escaped = rest.next().unwrap_or('\\');
        let mut hex = |most: usize| {
            let mut number = 0;
            for _ in 0..most {
                let Some(digit) = rest.peek().and_then(|it| it.to_digit(16)) else { break };
                number = number * 16 + digit;
                rest.next();
            }
            char::from_u32(number).unwrap_or('\u{fffd}')
        };
        out.push(match escaped {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'e' => '\u{1b}',
            'u' | 'x' => hex(4),
            'U' => hex(8),
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_quotes_and_escapes() {
        assert_eq!(regular(r#""a\tb\"\u00e4\x41g""#), "a\tb\"\u{e4}Ag");
        assert_eq!(verbatim(r#"@"c:\x ""y""""#), r#"c:\x "y""#);
        assert_eq!(raw("\"\"\"\r\n    a\r\n      b\r\n    \"\"\""), "a\n  b");
        assert_eq!(raw("\"\"\"one\"\"\""), "one");
        assert_eq!(unescape("\\"), "\\");
        assert_eq!(unescape("\\U"), "\0");
    }
}
