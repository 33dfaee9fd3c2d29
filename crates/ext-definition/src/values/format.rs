//! The forms of the platform's own texts.

use crate::model::Type;

/// Checks a text of a platform type: `must be …` if it is none.
///
/// # Errors
/// Why it is none.
pub fn check(ty: &Type, text: &str) -> Result<(), String> {
    let expected = |expected: &str| Err(format!("must be {expected}"));
    match ty {
        Type::Decimal if text.parse::<rust_decimal::Decimal>().is_err() => {
            expected("a decimal number of at most 28 digits, such as 12.50")
        }
        Type::Date if text.parse::<jiff::civil::Date>().is_err() || text.len() != 10 => {
            expected("a date such as 2026-11-23")
        }
        Type::Time if !is_time(text) => expected("a time such as 13:45:00"),
        Type::DateTime if !is_date_time(text) => {
            expected("a date and time with an offset, such as 2026-11-23T13:45:00+01:00")
        }
        Type::Duration if !is_duration(text) => expected("a duration such as PT1H30M"),
        Type::Uuid if uuid::Uuid::try_parse(text).is_err() => {
            expected("a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8")
        }
        Type::Email if !is_email(text) => expected("an email address such as ada@example.com"),
        Type::PhoneNumber if !is_phone_number(text) => {
            expected("a phone number such as +351210000000 (E.164)")
        }
        Type::Url if url::Url::parse(text).is_err() => {
            expected("an absolute URL such as https://example.com/")
        }
        Type::Json if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() => {
            expected("JSON")
        }
        _ => Ok(()),
    }
}

/// RFC 3339, "partial-time": jiff alone would take `T13` and `13:45` as well.
fn is_time(text: &str) -> bool {
    let shape = text.as_bytes();
    text.len() >= 8
        && shape[2] == b':'
        && shape[5] == b':'
        && text.parse::<jiff::civil::Time>().is_ok()
}

/// RFC 3339, "date-time".
fn is_date_time(text: &str) -> bool {
    text.len() >= 20
        && matches!(text.as_bytes()[10], b'T' | b't')
        && !text.contains('[')
        && text.parse::<jiff::Timestamp>().is_ok()
}

/// ISO 8601; jiff alone would take `1 hour` as well.
fn is_duration(text: &str) -> bool {
    jiff::fmt::temporal::SpanParser::new().parse_duration(text).is_ok()
}

fn is_email(text: &str) -> bool {
    email_address::EmailAddress::is_valid(text) && !text.contains('<')
}

/// ITU-T E.164: at most 15 digits, of which the first is not zero.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (ty, good, bad) in [
            (
                Type::Decimal,
                &["0", "-12.50", "79228162514264337593543950335"][..],
                &["", "1,5", "x", "792281625142643375935439503350"][..],
            ),
            (Type::Date, &["2026-11-23", "2024-02-29"], &["2026-02-29", "2026-11-23T00", "x"]),
            (Type::Time, &["13:45:00", "23:59:59.123456789"], &["25:00:00", "13:45", "T13"]),
            (
                Type::DateTime,
                &["2026-11-23T13:45:00+01:00", "2026-11-23T13:45:00.5Z"],
                &["2026-11-23T13:45:00", "2026-11-23", "2026-11-23T13:45:00+01:00[Europe/Berlin]"],
            ),
            (Type::Duration, &["PT1H30M", "PT0S", "-PT1S"], &["", "P1Y", "1:30", "1 hour"]),
            (Type::Uuid, &["67e55044-10b1-426f-9247-bb680e5fe0c8"], &["67e55044", ""]),
            (Type::Email, &["ada@example.com"], &["ada", "a@", "Ada <ada@example.com>"]),
            (Type::PhoneNumber, &["+351210000000"], &["351210000000", "+0123", "+1 202", "+"]),
            (Type::Url, &["https://example.com/?q=1"], &["example.com", "/path", ""]),
            (Type::Json, &["{}", "[1, null]", "3"], &["", "{", "{} x"]),
            (Type::String, &["anything"], &[]),
        ] {
            for text in good {
                assert_eq!(check(&ty, text), Ok(()), "{ty} {text}");
            }
            for text in bad {
                let reason = check(&ty, text).expect_err(&format!("{ty} {text}"));
                assert!(reason.starts_with("must be"), "{reason}");
            }
        }
    }
}
