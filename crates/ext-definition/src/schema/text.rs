//! What schemas say to people.

use serde_json::Value;

use super::pattern;
use crate::model::{Rules, Type};

/// What is asked of a value that no keyword of a schema says, for people.
pub fn unsaid(rules: &Rules, ty: &Type) -> String {
    let mut unsaid = Rules { decimals: rules.decimals, ..Rules::default() };
    if *ty == Type::Decimal {
        (unsaid.min, unsaid.max) = (rules.min.clone(), rules.max.clone());
    }
    if ty.is_binary() {
        (unsaid.min_length, unsaid.max_length) = (rules.min_length, rules.max_length);
    }
    let mut conditions = unsaid.conditions(ty);
    if let Some(pattern) = &rules.pattern
        && pattern::ecma(pattern).is_none()
    {
        conditions.push(format!("a match of the pattern `{pattern}` in Rust's syntax"));
    }
    match conditions {
        conditions if conditions.is_empty() => String::new(),
        conditions => format!("Must be: {}.", conditions.join(", ")),
    }
}

/// That something should not be used any more.
pub fn deprecated(instead: &str) -> String {
    if instead.is_empty() { String::new() } else { format!("Deprecated: {instead}") }
}

/// Adds a paragraph to a description.
pub fn add_paragraph(description: &mut String, text: &str) {
    if !description.is_empty() && !text.is_empty() {
        description.push_str("\n\n");
    }
    description.push_str(text);
}

pub fn describe(schema: &mut Value, title: &str, description: &str) {
    for (key, text) in [("title", title), ("description", description)] {
        if !text.is_empty() {
            schema[key] = text.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_schemas_cannot_express_are_described() {
        let rules = |pattern: &str| Rules { pattern: Some(pattern.into()), ..Rules::default() };
        assert_eq!(unsaid(&rules("[a-z]+"), &Type::String), "");
        let said = unsaid(&rules(r"\ba"), &Type::String);
        assert!(said.contains(r"\ba"), "{said}");
    }
}
