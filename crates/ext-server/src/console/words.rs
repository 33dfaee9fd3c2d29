//! Figures and instants, as people read them.

use ext_definition::package::Package;
use jiff::Timestamp;

/// Microseconds: `340 µs`, `1.24 ms`, `3.1 s`.
pub fn time(micros: &u64) -> String {
    let micros = *micros;
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let scaled = |unit: u64| micros as f64 / unit as f64;
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..10_000 => format!("{:.2} ms", scaled(1000)),
        10_000..100_000 => format!("{:.1} ms", scaled(1000)),
        100_000..1_000_000 => format!("{:.0} ms", scaled(1000)),
        1_000_000..100_000_000 => format!("{:.1} s", scaled(1_000_000)),
        _ => format!("{:.0} s", scaled(1_000_000)),
    }
}

/// A count: `12,345`.
pub fn count(count: &u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes, to a tenth of their unit: `512 B`, `64 MiB`, `1.5 KiB`.
pub fn bytes(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = (u128::from(bytes) * 10 / u128::from(unit)) as u64;
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            rest => format!("{}.{rest}", tenths / 10),
        }
    };
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", tenths(1 << 10)),
        _ => format!("{} MiB", tenths(1 << 20)),
    }
}

/// An instant; the script shows it in the reader's zone.
pub fn instant(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// An instant for machines (RFC 3339).
pub fn machine(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The part of a description that stands alone in a list: its first paragraph, on one line.
pub fn summary(description: &str) -> String {
    let paragraph = description.trim().split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "")
}

/// What people call a package.
pub fn title(package: &Package) -> String {
    match package.title.is_empty() {
        true => package.name.clone(),
        false => package.title.clone(),
    }
}

/// A text in an address.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_say_something() {
        let times = [0, 999, 1240, 12_345, 123_456, 3_100_000, 123_000_000];
        let shown = times.map(|it| time(&it));
        assert_eq!(shown, ["0 µs", "999 µs", "1.24 ms", "12.3 ms", "123 ms", "3.1 s", "123 s"]);
        assert_eq!(
            [7, 999, 1000, 1_234_567].map(|it| count(&it)),
            ["7", "999", "1,000", "1,234,567"]
        );
        assert_eq!(summary("One `a`\nline.\n\nMore."), "One a line.");
    }
}
