//! Default values: from C# to Rust.

use super::csharp::literal::{Constants, Value};
use super::model::Type;
use super::types::Basic;

/// What a type of C# can be at least and at most.
const LIMITS: &[(Basic, i128, i128)] = &[
    (Basic::Integer, i32::MIN as i128, i32::MAX as i128),
    (Basic::LongInteger, i64::MIN as i128, i64::MAX as i128),
    (Basic::Int16, i16::MIN as i128, i16::MAX as i128),
    (Basic::SByte, i8::MIN as i128, i8::MAX as i128),
    (Basic::Byte, u8::MIN as i128, u8::MAX as i128),
    (Basic::UInt16, u16::MIN as i128, u16::MAX as i128),
    (Basic::UInt32, u32::MIN as i128, u32::MAX as i128),
    (Basic::UInt64, u64::MIN as i128, u64::MAX as i128),
];

/// The value as a Rust literal of the type; nothing if it is none.
///
/// `DefaultValue` of `[OSStructureField]` is a text whatever the type is, so that the text
/// `"1"` is as good a number as `1`.
pub fn rust(value: &Value, ty: &Type) -> Option<String> {
    // Constants were looked up by the dialects.
    let none = Constants::new();
    if let (Value::Null, Type::List(_)) = (value, ty) {
        return Some("[]".into());
    }
    let basic = ty.basic()?;
    let written = match value.resolved(&none) {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) => number.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Path(path) => limit(path).unwrap_or_default(),
        // `default` of what is never absent.
        Value::Null if matches!(ty, Type::Basic(Basic::Boolean)) => "false".into(),
        Value::Null if matches!(ty, Type::Basic(_)) => "0".into(),
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
        Basic::Char => match value {
            Value::Text(text) => {
                let mut characters = text.chars();
                let only = characters.next().filter(|_| characters.next().is_none())?;
                Some(format!("{only:?}"))
            }
            _ => None,
        },
        Basic::BinaryData
        | Basic::Date
        | Basic::Time
        | Basic::DateTime
        | Basic::Guid
        | Basic::Duration
        | Basic::Url
        | Basic::Json => None,
    }
}

/// `int.MaxValue`
fn limit(path: &str) -> Option<String> {
    let (of, name) = path.rsplit_once('.')?;
    let of = Basic::of_csharp(of.rsplit('.').next()?)?;
    let (_, least, most) = LIMITS.iter().find(|(basic, ..)| *basic == of)?;
    match name {
        "MinValue" => Some(least.to_string()),
        "MaxValue" => Some(most.to_string()),
        _ => None,
    }
}

fn integer<T: TryFrom<i128> + std::fmt::Display>(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['l', 'L', 'u', 'U']).replace('_', "");
    let number = match text.get(..2).zip(text.get(2..)) {
        Some(("0x" | "0X", digits)) => i128::from_str_radix(digits, 16).ok()?,
        Some(("0b" | "0B", digits)) => i128::from_str_radix(digits, 2).ok()?,
        _ => text.parse().ok()?,
    };
    Some(T::try_from(number).ok()?.to_string())
}

/// The digits as they are written: a decimal has more than `f64` can tell.
fn decimal(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['m', 'M', 'd', 'D', 'f', 'F', 'l', 'L']).replace('_', "");
    let bare = text.strip_prefix('-').unwrap_or(&text);
    let has_exponent = bare.contains(['e', 'E']);
    let plain = bare.starts_with(|it: char| it.is_ascii_digit() || it == '.');
    let number: f64 = bare.parse().ok().filter(|number: &f64| plain && number.is_finite())?;
    match bare.contains('.') {
        _ if has_exponent => {
            Some(format!("{}{number:?}", if text.starts_with('-') { "-" } else { "" }))
        }
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
            (number("-1.5e3"), Basic::Double, Some("-1500.0")),
            (number("0b101"), Basic::Integer, Some("5")),
            (Value::Path("long.MinValue".into()), Basic::LongInteger, Some("-9223372036854775808")),
            (Value::Path("System.Byte.MaxValue".into()), Basic::Integer, Some("255")),
            (Value::Path("double.NaN".into()), Basic::Double, None),
            (text("x"), Basic::Char, Some("'x'")),
            (Value::Null, Basic::Integer, Some("0")),
            (Value::Null, Basic::Decimal, Some("0.0")),
            (Value::Null, Basic::Boolean, Some("false")),
            (text("True"), Basic::Boolean, Some("true")),
            (text("yes"), Basic::Boolean, None),
            (Value::Null, Basic::Text, None),
            (Value::Path("int.MaxValue".into()), Basic::Integer, Some("2147483647")),
            (text("2020-01-01"), Basic::DateTime, None),
        ] {
            assert_eq!(rust(&value, &Type::Basic(basic)).as_deref(), literal, "{value} {basic:?}");
        }
        assert_eq!(rust(&text("a"), &Type::List(Box::new(Type::Basic(Basic::Text)))), None);
    }
}
