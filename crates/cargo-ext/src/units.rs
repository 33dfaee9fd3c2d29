//! Times and sizes as people type them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// `500ms`, `5s`, `1h 30m`, `30d`: a day has 24 hours.
pub fn time(text: &str) -> Result<Duration, String> {
    let read = || -> Result<Duration, jiff::Error> {
        let span: Span = text.parse()?;
        span.to_duration(SpanRelativeTo::days_are_24_hours())?.try_into()
    };
    let wrong = |reason: String| format!("{reason}; write it as in 500ms, 5s, 1h, 30d");
    match read().map_err(|error| wrong(error.to_string()))? {
        Duration::ZERO => Err(wrong("it is no time at all".into())),
        time => Ok(time),
    }
}

/// `65536`, `64KiB`, `1.5 GiB`, `64MB`: units of 1024 or of 1000 (IEC 80000-13).
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "write a size as in 65536, 64KiB, 64MiB, 1.5GiB".to_owned();
    let text = text.trim();
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let unit: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        _ => return Err(wrong()),
    };
    let bytes = number * unit;
    // Above 2^53 it is no size of a memory, and no exact number.
    if (1.0..=9_007_199_254_740_992.0).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("5s", 5000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
            ("1m 1s", 61_000),
        ] {
            assert_eq!(time(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "5", "soon", "-5s", "0s", "1mo", "5 s s"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, size) in
            [("65536", 65536), ("64KiB", 65536), ("1.5 MiB", 1_572_864), ("2mb", 2_000_000)]
        {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "MiB", "-1", "0", "1.2.3", "5 apples", "9999999999999GiB", "1e9"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
