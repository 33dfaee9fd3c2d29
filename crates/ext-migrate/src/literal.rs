//! Default values: from C# to Rust.

use super::csharp::literal::{Constants, Value};
use super::model::Type;
use super::types::Basic;

/// The value as a Rust literal of the type; nothing if it is none.
///
/// `DefaultValue` of `[OSStructureField]` is a text whatever the type is, so that the text
/// `"1"` is as good a number as `1`.
pub fn rust(value: &Value, ty: &Type) -> Option<String> {
    // Constants were looked up by the dialects.
    let none = Constants::new();
    let basic = ty.basic()?;
    let written = match value.resolved(&none) {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) => number.clone(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    };
    match basic {
        Basic::Text | Basic::Email | Basic::PhoneNumber => match value {
            Value::Number(_) | Value::Bool(_) => None,
            value => Some(format!("{:?}", value.text(&none)?)),
        },
        Basic::Boolean => match written.to_ascii_lowercase().as_str() {
            "true" => Some("true".into()),
            "false" => Some("false".into()),
            _ => None,
        },
        Basic::Integer => integer::<i32>(&written),
        Basic::LongInteger => integer::<i64>(&written),
        Basic::Int16 => integer::<i16>(&written),
        Basic::SByte => integer::<i8>(&written),
        Basic::Byte => integer::<u8>(&written),
        Basic::UInt16 => integer::<u16>(&written),
        Basic::UInt32 => integer::<u32>(&written),
        Basic::UInt64 => integer::<u64>(&written),
        Basic::Decimal | Basic::Currency | Basic::Double | Basic::Single => decimal(&written),
        Basic::BinaryData
        | Basic::Date
        | Basic::Time
        | Basic::DateTime
        | Basic::Guid
        | Basic::Char => None,
    }
}

fn integer<T: TryFrom<i128> + std::fmt::Display>(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['l', 'L', 'u', 'U']).replace('_', "");
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => i128::from_str_radix(hex, 16).ok()?,
        None => text.parse().ok()?,
    };
    Some(T::try_from(number).ok()?.to_string())
}

/// The digits as they are written: a decimal has more than `f64` can tell.
fn decimal(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['m', 'M', 'd', 'D', 'f', 'F', 'l', 'L']).replace('_', "");
    let bare = text.strip_prefix('-').unwrap_or(&text);
    let plain = bare.chars().all(|it| it.is_ascii_digit() || it == '.');
    let number: f64 = bare.parse().ok().filter(|number: &f64| plain && number.is_finite())?;
    match bare.contains('.') {
        true if !bare.starts_with('.') && !bare.ends_with('.') => Some(text),
        true => Some(format!("{}{number:?}", if text.starts_with('-') { "-" } else { "" })),
        false => Some(format!("{text}.0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_types() {
        let number = |text: &str| Value::Number(text.into());
        let text = |text: &str| Value::Text(text.into());
        for (value, basic, literal) in [
            (text("a\"b"), Basic::Text, Some("\"a\\\"b\"")),
            (number("1"), Basic::Text, None),
            (number("-1"), Basic::Integer, Some("-1")),
            (text("-1"), Basic::Integer, Some("-1")),
            (number("0xFFL"), Basic::LongInteger, Some("255")),
            (number("3000000000"), Basic::Integer, None),
            (number("1_000.5m"), Basic::Decimal, Some("1000.5")),
            (number(".5"), Basic::Double, Some("0.5")),
            (number("2"), Basic::Double, Some("2.0")),
            (number("1e3"), Basic::Double, None),
            (text("True"), Basic::Boolean, Some("true")),
            (text("yes"), Basic::Boolean, None),
            (Value::Null, Basic::Text, None),
            (Value::Path("int.MaxValue".into()), Basic::Integer, None),
            (text("2020-01-01"), Basic::DateTime, None),
        ] {
            assert_eq!(rust(&value, &Type::Basic(basic)).as_deref(), literal, "{value} {basic:?}");
        }
        assert_eq!(rust(&text("a"), &Type::List(Box::new(Type::Basic(Basic::Text)))), None);
    }
}
