//! Rules against their types, defaults and examples against their rules.

use super::Places;
use crate::code::{self, Code};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Extension, Field, Kind, Rules, Type};
use crate::values::{self, Checking, Types};

/// Every error about rules.
pub fn check(extension: &Extension, places: &Places, found: &mut Vec<Diagnostic>) {
    let types = Types::of(extension);
    let mut checker = Checker { checking: Checking::new(&types), types: &types, found };
    for (at, action) in extension.actions.iter().enumerate() {
        for (index, parameter) in action.parameters.iter().enumerate() {
            checker.field("parameter", parameter, places.parameter(at, index));
        }
    }
    for (at, ty) in extension.types.iter().enumerate() {
        if let Kind::Structure { fields } = &ty.kind {
            for (index, field) in fields.iter().enumerate() {
                checker.field("field", field, places.field(at, index));
            }
        }
    }
}

struct Checker<'a> {
    types: &'a Types,
    checking: Checking<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&mut self, code: Code, message: String, place: Option<&Place>, help: &str) {
        self.found.push(Diagnostic::error(code, message).at(place).help(help));
    }

    fn field(&mut self, what: &str, field: &Field, place: Option<&Place>) {
        let Field { name, ty, rules, .. } = field;
        if rules.is_empty() {
            return;
        }
        let before = self.found.len();
        let of = format!("the {what} `{name}`");
        self.suits(rules, ty.required(), &of, place);
        self.possible(rules, &of, place);
        if let Some(pattern) = &rules.pattern
            && let Some(reason) = self.types.pattern_mistake(pattern)
        {
            let reason = reason.to_owned();
            let message = format!("the pattern of {of} is no regular expression: {reason}");
            let help = "the syntax is that of the crate `regex`, without look-around";
            self.error(code::PATTERN_MALFORMED, message, place, help);
        }
        // Values cannot keep to rules that are wrong themselves.
        if self.found.len() > before {
            return;
        }
        for (code, word, value) in [
            (code::DEFAULT_MISFIT, "default", &rules.default),
            (code::EXAMPLE_MISFIT, "example", &rules.example),
        ] {
            let Some(value) = value else { continue };
            for violation in self.checking.check(field, value) {
                let message = format!("the {word} of {of} does not fit: {violation}");
                self.error(code, message, place, "write a value that keeps to the rules");
            }
        }
    }

    /// Each rule is about some types.
    fn suits(&mut self, rules: &Rules, ty: &Type, of: &str, place: Option<&Place>) {
        let lengthy =
            matches!(ty, Type::String | Type::List(_) | Type::Map(_) | Type::Email | Type::Url);
        for (rule, given, suits, types) in [
            ("min", rules.min.is_some(), ty.is_number(), "numbers"),
            ("max", rules.max.is_some(), ty.is_number(), "numbers"),
            ("min_length", rules.min_length.is_some(), lengthy, "texts, lists and maps"),
            ("max_length", rules.max_length.is_some(), lengthy, "texts, lists and maps"),
            ("pattern", rules.pattern.is_some(), *ty == Type::String, "texts"),
            (
                "decimals",
                rules.decimals.is_some(),
                matches!(ty, Type::Decimal | Type::F32 | Type::F64),
                "decimal and floating-point numbers",
            ),
        ] {
            if given && !suits {
                let message = format!("`{rule}` is for {types}, and {of} is of the type `{ty}`");
                self.error(code::RULE_TYPE, message, place, "remove the rule");
            }
        }
    }

    /// Some value keeps to all of them.
    fn possible(&mut self, rules: &Rules, of: &str, place: Option<&Place>) {
        let help = "exchange them, or remove one";
        if let (Some(min), Some(max)) = (&rules.min, &rules.max)
            && !values::in_order(min, max)
        {
            let message = format!("no value of {of} is at least {min} and at most {max}");
            self.error(code::RULE_EMPTY, message, place, help);
        }
        if let (Some(min), Some(max)) = (rules.min_length, rules.max_length)
            && min > max
        {
            let message = format!("no value of {of} is at least {min} and at most {max} long");
            self.error(code::RULE_EMPTY, message, place, help);
        }
    }
}
