//! New items as text: documented, and compiling as they are.

use std::fmt::Write;

use ext_definition::{naming, rustdoc};

/// An item that is to be written.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub docs: String,
    pub name: String,
    pub kind: NewKind,
}

/// What is special about it.
#[derive(Debug, Clone)]
pub enum NewKind {
    Action {
        /// What stands in `#[ext_action(…)]`.
        options: Vec<String>,
        parameters: Vec<NewPart>,
        /// The type behind the arrow.
        output: Option<String>,
    },
    Structure {
        fields: Vec<NewPart>,
    },
    Enum {
        /// Whether it is an error.
        is_error: bool,
        /// Whether it is the key of a map.
        is_key: bool,
        cases: Vec<NewCase>,
    },
}

/// A parameter or field.
#[derive(Debug, Clone, Default)]
pub struct NewPart {
    pub docs: String,
    /// What stands in `#[ext(…)]`.
    pub attributes: Vec<String>,
    pub name: String,
    pub ty: String,
}

/// A case.
#[derive(Debug, Clone, Default)]
pub struct NewCase {
    pub docs: String,
    pub attributes: Vec<String>,
    pub name: String,
    /// A type, or several with commas between.
    pub data: Option<String>,
}

impl NewItem {
    /// The item's text, without an end of line.
    pub fn text(&self) -> String {
        let name = identifier(&self.name);
        let mut out = doc(&self.docs, "");
        // Writing to a `String` cannot fail.
        match &self.kind {
            NewKind::Action { options, parameters, output } => {
                let options = match options.is_empty() {
                    true => String::new(),
                    false => format!("({})", options.join(", ")),
                };
                let parameters: String = parameters.iter().map(NewPart::parameter).collect();
                let gap = if parameters.is_empty() { "" } else { "\n" };
                let output = output.as_ref().map(|it| format!(" -> {it}")).unwrap_or_default();
                let _ = write!(
                    out,
                    "#[ext_action{options}]\npub fn {name}({gap}{parameters}){output} {{\n    todo!()\n}}"
                );
            }
            NewKind::Structure { fields } => {
                let fields: String = fields.iter().map(|it| it.field("pub ")).collect();
                let derive = "#[derive(Debug, Clone, PartialEq, ExtStructure)]";
                let _ = write!(out, "{derive}\npub struct {name} {{\n{fields}}}");
            }
            NewKind::Enum { is_error, is_key, cases } => {
                let derive = if *is_error { "ExtError" } else { "ExtEnum" };
                let plain = if !*is_error && cases.iter().all(|it| it.data.is_none()) {
                    ", Copy, PartialEq, Eq"
                } else {
                    ", PartialEq"
                };
                let order = if *is_key { ", PartialOrd, Ord, Hash" } else { "" };
                let cases: String = cases.iter().map(NewCase::text).collect();
                let _ = write!(
                    out,
                    "#[derive(Debug, Clone{plain}{order}, {derive})]\npub enum {name} {{\n{cases}}}"
                );
            }
        }
        out
    }
}

impl NewPart {
    /// As a parameter, on lines of its own.
    pub fn parameter(&self) -> String {
        self.field("")
    }

    /// As a field, on lines of its own.
    pub fn field(&self, visibility: &str) -> String {
        let docs = doc(&self.docs, "    ");
        let attribute = attribute(&self.attributes);
        format!("{docs}{attribute}    {visibility}{}: {},\n", identifier(&self.name), self.ty)
    }
}

impl NewCase {
    pub fn text(&self) -> String {
        let docs = doc(&self.docs, "    ");
        let attribute = attribute(&self.attributes);
        let data = self.data.as_ref().map(|it| format!("({it})")).unwrap_or_default();
        format!("{docs}{attribute}    {}{data},\n", identifier(&self.name))
    }
}

fn attribute(entries: &[String]) -> String {
    match entries.is_empty() {
        true => String::new(),
        false => format!("    #[ext({})]\n", entries.join(", ")),
    }
}

/// A name as an identifier, raw where it is a keyword.
pub fn identifier(name: &str) -> String {
    if syn::parse_str::<syn::Ident>(name).is_ok() {
        return name.to_owned();
    }
    match name {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        name => format!("r#{name}"),
    }
}

/// A doc comment that runs nothing, with an end of line behind each line.
pub fn doc(text: &str, indentation: &str) -> String {
    let mut out = String::new();
    for line in rustdoc::inert(&clean(text)).lines() {
        let gap = if line.is_empty() { "" } else { " " };
        let _ = writeln!(out, "{indentation}///{gap}{line}");
    }
    out
}

/// Whether a wanted description differs from the one in the source, where it may stand as
/// [`doc`] writes it.
pub fn differs(wanted: &str, existing: &str) -> bool {
    let (wanted, existing) = (clean(wanted), clean(existing));
    !wanted.is_empty() && wanted != existing && rustdoc::inert(&wanted) != existing
}

/// A description as a doc comment gives it back: no characters that Rust has none of there.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}'], "\n");
    let text: String =
        text.chars().filter(|it| !it.is_control() || matches!(it, '\n' | '\t')).collect();
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// `price_order` → `Price order.`
pub fn sentence(name: &str) -> String {
    let text = naming::words(name).join(" ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

/// `unit_price` → `The unit price.`
pub fn noun(name: &str) -> String {
    format!("The {}.", naming::words(name).join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sentences() {
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("self"), "self_");
        assert_eq!(identifier("price"), "price");
        assert_eq!(sentence("price_order"), "Price order.");
        assert_eq!(noun("unit_price"), "The unit price.");
        assert_eq!(doc("a\n\n b\r\nc\u{7}", "  "), "  /// a\n  ///\n  ///  b\n  /// c\n");
    }

    #[test]
    fn items_are_rust() {
        let part = |name: &str, ty: &str| NewPart {
            docs: noun(name),
            attributes: vec!["default = 1".into()],
            name: name.into(),
            ty: ty.into(),
        };
        let case = |name: &str, data: Option<&str>| NewCase {
            name: name.into(),
            data: data.map(str::to_owned),
            ..NewCase::default()
        };
        for kind in [
            NewKind::Action {
                options: vec!["function".into()],
                parameters: vec![part("type", "u32"), part("b", "Vec<u8>")],
                output: Some("Result<(), E>".into()),
            },
            NewKind::Action { options: Vec::new(), parameters: Vec::new(), output: None },
            NewKind::Structure { fields: vec![part("fn", "u32")] },
            NewKind::Enum {
                is_error: true,
                is_key: false,
                cases: vec![case("A", None), case("B", Some("String, u8"))],
            },
        ] {
            let item = NewItem { docs: "One.\nTwo.".into(), name: "name".into(), kind };
            let text = item.text();
            syn::parse_str::<syn::Item>(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        }
    }
}
