//! What has a text form, as text: for serde, and bytes; and texts that are too long.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

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
    bytes.iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

/// An id of 128 bits as digits.
pub fn id(bytes: [u8; 16]) -> Arc<str> {
    let mut text = [0; 32];
    for (place, byte) in text.chunks_exact_mut(2).zip(bytes) {
        place.copy_from_slice(&digits(byte));
    }
    // All of them are ASCII.
    std::str::from_utf8(&text).unwrap_or_default().into()
}

fn digits(byte: u8) -> [u8; 2] {
    let digit = |number: u8| b"0123456789abcdef"[usize::from(number)];
    [digit(byte >> 4), digit(byte & 15)]
}

/// Cuts what is longer than so many bytes, and says so.
pub fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push_str(" …");
    }
}
