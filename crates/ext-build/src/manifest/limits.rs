//! What an extension asks to be held to.

use std::ops::RangeInclusive;

use ext_definition::code;
use ext_definition::package::{Limits, rules};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::unknown;
use crate::cargo_toml::Reader;

/// A word behind a number, and what it stands for.
type Units = [(&'static str, u64)];

const TIMES: &Units = &[("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];
const SIZES: &Units = &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Reads `limits`.
pub fn read(table: &DeTable, reader: &mut Reader) -> Limits {
    let mut limits = Limits::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            // A number alone is of seconds.
            "time" => {
                let expected = "a number of seconds, or `\"500ms\"`, `\"30s\"`, `\"2min\"`, `\"1h\"`; 1ms to 24h";
                limits.time_ms = amount(value, 1000, TIMES, rules::TIME_MS, expected, reader);
            }
            "memory" => {
                let expected = "`\"256MiB\"`, or with KiB or GiB; 2MiB to 4GiB";
                limits.memory_bytes =
                    amount(value, 1, SIZES, rules::MEMORY_BYTES, expected, reader);
            }
            other => unknown(other, &["time", "memory"], key.span(), reader),
        }
    }
    limits
}

fn amount(
    value: &Spanned<DeValue>,
    alone: u64,
    units: &Units,
    allowed: RangeInclusive<u64>,
    expected: &str,
    reader: &mut Reader,
) -> Option<u64> {
    let found = match value.get_ref() {
        DeValue::Integer(number) => {
            let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
            number.and_then(|it| it.checked_mul(alone))
        }
        DeValue::String(text) => {
            let digits = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
            let (number, unit) = text.split_at(digits);
            let unit = units.iter().find(|(word, _)| *word == unit.trim_start());
            number.parse::<u64>().ok().zip(unit).and_then(|(it, (_, size))| it.checked_mul(*size))
        }
        _ => None,
    };
    let found = found.filter(|it| allowed.contains(it));
    if found.is_none() {
        reader.mistake(code::LIMIT_MALFORMED, value.span(), format!("this must be {expected}"));
    }
    found
}
