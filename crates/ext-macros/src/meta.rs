//! What the macro itself knows of an element, as members of a JSON object.

use proc_macro2::Span;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta};

/// Comma-separated members, such as `"name":"sku","description":"The article."`.
#[derive(Default)]
pub struct Members(String);

impl Members {
    /// The members that every element has.
    pub fn of(name: &Ident, attributes: &[Attribute]) -> Self {
        let mut members = Self(String::new());
        members.text("name", &unraw(name));
        let description = documentation(attributes);
        if !description.is_empty() {
            members.text("description", &description);
        }
        members
    }

    /// Adds the line and column of a part, which is in the file of its whole.
    pub fn line(mut self, span: Span) -> Self {
        let span = span.unwrap();
        self.number("line", span.line());
        self.number("column", span.column());
        self
    }

    /// Adds where the element stands in the source.
    pub fn place(mut self, span: Span) -> Self {
        self.text("file", &span.unwrap().file().replace('\\', "/"));
        self.line(span)
    }

    /// Adds a text.
    pub fn text(&mut self, key: &str, value: &str) {
        self.json(key, &quoted(value));
    }

    /// Adds a value that is JSON already.
    pub fn json(&mut self, key: &str, value: &str) {
        self.key(key);
        self.0.push_str(value);
    }

    /// Adds a number.
    pub fn number(&mut self, key: &str, value: usize) {
        self.key(key);
        self.0.push_str(&value.to_string());
    }

    fn key(&mut self, key: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
    }

    /// The text, for the expansion.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

/// A name as people write it: `r#type` is `type`.
pub fn unraw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// The text of the doc comments, without the space that follows the slashes.
pub fn documentation(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("doc")
            && let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            let text = text.value();
            lines
                .extend(text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            if text.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The first paragraph of a documentation, on one line and without its full stop: a message.
pub fn first_paragraph(documentation: &str) -> String {
    let paragraph: Vec<&str> =
        documentation.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let text = paragraph.join(" ");
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}
