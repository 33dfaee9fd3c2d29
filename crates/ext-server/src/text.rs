//! What has a text form, as text: for serde, and bytes; and texts that are too long.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Bytes as digits, two for each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |number: u8| b"0123456789abcdef"[usize::from(number)];
    let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    // All of them are ASCII.
    String::from_utf8(digits).unwrap_or_default()
}

/// Cuts what is longer than so many bytes, and says so.
pub fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push_str(" …");
    }
}
