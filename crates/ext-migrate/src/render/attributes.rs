//! `#[ext(…)]` on parameters and fields; notes of what it cannot say.

use ext_definition::diagnostic::Place;

use super::Writer;
use crate::csharp::literal::Value;
use crate::literal;
use crate::model::{Part, Topic, Type};
use crate::types::Basic;

impl Writer {
    /// The attribute of a parameter or field.
    pub(super) fn attribute(&mut self, part: &Part, element: &str) -> Option<String> {
        let said = [
            self.default(part, element),
            self.length(part, element),
            self.decimals(part, element),
            original(part),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (!said.is_empty()).then(|| format!("#[ext({})]", said.join(", ")))
    }

    fn default(&mut self, part: &Part, element: &str) -> Option<String> {
        let default = part.default.as_ref()?;
        let literal = literal::rust(default, &part.ty).or_else(|| self.case(default, part));
        if let Some(literal) = literal {
            return Some(format!("default = {literal}"));
        }
        let text = match default {
            Value::Null => "may be left out in C#".to_owned(),
            default => format!("has the default value `{default}`, which is none of its Rust type"),
        };
        self.note(Topic::Default, element, text, &part.place);
        None
    }

    /// `State.Open`, its name as a text, and zero, which C# takes for any enum.
    fn case(&self, value: &Value, part: &Part) -> Option<String> {
        let index = part.ty.enumeration()?;
        let cases = self.cases.get(index)?;
        let case = match value {
            Value::Path(_) => {
                cases.iter().find(|it| Some(it.name.as_str()) == value.last_segment())
            }
            Value::Text(text) => cases.iter().find(|it| it.name == *text),
            Value::Number(number) if number == "0" => cases.first(),
            Value::Null if matches!(part.ty, Type::Enum(_)) => cases.first(),
            _ => None,
        }?;
        Some(format!("{}::{}", self.own.enums.get(index)?, case.rust))
    }

    fn length(&mut self, part: &Part, element: &str) -> Option<String> {
        let length = part.length?;
        let is_text =
            matches!(part.ty.basic(), Some(Basic::Text | Basic::Email | Basic::PhoneNumber));
        if is_text {
            return Some(format!("max_length = {length}"));
        }
        self.note(Topic::Limit, element, format!("has at most {length} digits"), &part.place);
        None
    }

    fn decimals(&mut self, part: &Part, element: &str) -> Option<String> {
        let decimals = part.decimals?;
        let is_decimal = matches!(part.ty.basic(), Some(Basic::Decimal | Basic::Currency));
        if is_decimal {
            return Some(format!("decimals = {decimals}"));
        }
        if decimals > 0 {
            self.note(Topic::Limit, element, format!("has {decimals} decimals"), &part.place);
        }
        None
    }

    /// For structures, which have no such attribute.
    pub(super) fn renamed(&mut self, original: Option<&String>, element: &str, place: &Place) {
        if let Some(original) = original {
            let text = format!("was published as `{original}`");
            self.note(Topic::OriginalName, element, text, place);
        }
    }
}

fn original(part: &Part) -> Option<String> {
    let original = part.original_name.as_ref().filter(|it| !it.is_empty());
    original.map(|it| format!("renamed_from = {it:?}"))
}
