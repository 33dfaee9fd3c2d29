//! Rules against values.

use regex::Regex;

use super::number::Number;
use crate::model::Rules;

/// What rules look at in a value.
#[derive(Debug, Clone, Copy)]
pub enum Measured<'a> {
    /// A number, as decimal digits.
    Number(&'a str),
    /// A text.
    Text(&'a str),
    /// Binary data of so many bytes.
    Bytes(usize),
    /// A list or map of so many elements.
    Elements(usize),
}

/// The pattern of some rules, compiled.
#[derive(Debug, Clone, Default)]
pub struct Pattern(Option<Regex>);

impl Pattern {
    /// That of these rules; one that is no regular expression matches nothing.
    pub fn of(rules: &Rules) -> Self {
        Self(rules.pattern.as_ref().and_then(|text| super::pattern(text).ok()))
    }

    /// Which rules a value breaks: a reason for each, such as `must be at least 1`.
    pub fn broken(&self, rules: &Rules, value: Measured<'_>) -> Vec<String> {
        broken(rules, self.0.as_ref(), value)
    }
}

/// Which rules a value breaks: a reason for each, such as `must be at least 1`.
pub(super) fn broken(rules: &Rules, pattern: Option<&Regex>, value: Measured<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    match value {
        Measured::Number(digits) => number(rules, digits, &mut reasons),
        Measured::Text(text) => {
            length(rules, text.chars().count(), "character", &mut reasons);
            if let Some(wanted) = &rules.pattern
                && !pattern.is_some_and(|pattern| pattern.is_match(text))
            {
                reasons.push(format!("must match the pattern {wanted}"));
            }
        }
        Measured::Bytes(count) => length(rules, count, "byte", &mut reasons),
        Measured::Elements(count) => length(rules, count, "element", &mut reasons),
    }
    reasons
}

fn number(rules: &Rules, digits: &str, reasons: &mut Vec<String>) {
    let Some(number) = Number::parse(digits) else { return };
    // A comparison with `NaN` is neither: it is in no range.
    if let Some(min) = &rules.min
        && !Number::parse(&min.to_string()).is_some_and(|min| number >= min)
    {
        reasons.push(format!("must be at least {min}"));
    }
    if let Some(max) = &rules.max
        && !Number::parse(&max.to_string()).is_some_and(|max| number <= max)
    {
        reasons.push(format!("must be at most {max}"));
    }
    if let Some(decimals) = rules.decimals
        && number.decimals() > decimals
    {
        reasons.push(format!("must have at most {decimals} decimals"));
    }
}

fn length(rules: &Rules, count: usize, unit: &str, reasons: &mut Vec<String>) {
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    if let Some(min) = rules.min_length
        && count < min as usize
    {
        reasons.push(format!("must have at least {min} {unit}{}", plural(min)));
    }
    if let Some(max) = rules.max_length
        && count > max as usize
    {
        reasons.push(format!("must have at most {max} {unit}{}, not {count}", plural(max)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_kept_or_broken() {
        let rules = |json: &str| -> Rules { serde_json::from_str(json).unwrap() };
        for (json, value, count) in [
            (r#"{"min":1,"max":5}"#, Measured::Number("1"), 0),
            (r#"{"min":1,"max":5}"#, Measured::Number("0"), 1),
            (r#"{"min":1,"max":5}"#, Measured::Number("5.0000001"), 1),
            (r#"{"min":0.1,"max":0.3}"#, Measured::Number("0.3"), 0),
            (r#"{"max":18446744073709551615}"#, Measured::Number("18446744073709551615"), 0),
            (r#"{"max":5}"#, Measured::Number("1e300"), 1),
            (r#"{"min":5}"#, Measured::Number("NaN"), 1),
            (r#"{"decimals":2}"#, Measured::Number("1.250"), 0),
            (r#"{"decimals":2}"#, Measured::Number("1.255"), 1),
            (r#"{"decimals":0}"#, Measured::Number("1e300"), 0),
            (r#"{"max_length":3}"#, Measured::Text("äöü"), 0),
            (r#"{"max_length":3,"pattern":"a*"}"#, Measured::Text("aaab"), 2),
            (r#"{"min_length":2}"#, Measured::Bytes(1), 1),
            (r#"{"min_length":2,"max_length":2}"#, Measured::Elements(2), 0),
        ] {
            let rules = rules(json);
            let pattern = rules.pattern.as_ref().map(|it| super::super::pattern(it).unwrap());
            let found = broken(&rules, pattern.as_ref(), value);
            assert_eq!(found.len(), count, "{json} {value:?}: {found:?}");
        }
    }
}
