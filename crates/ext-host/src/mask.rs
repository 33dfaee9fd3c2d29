//! Hides the values of secrets in what an extension writes.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::output::GAP;

/// Stands for a value that nobody is to see.
const MASKED: &str = "***";

/// Most bytes of values, and of what it takes to look for each: with more, all is hidden. What looks
/// for them takes some hundred bytes for each of these at most, and each call makes one.
const MAX_VALUES: usize = 64 << 10;

/// What a value takes besides its bytes.
const VALUE: usize = 8;

/// Values that are to be hidden, as they are found.
#[derive(Default)]
pub struct Secrets {
    values: Vec<String>,
    /// Of those that were found, also of those that are too much.
    bytes: usize,
}

impl Secrets {
    /// One more.
    pub fn add(&mut self, value: &str) {
        if !value.is_empty() {
            self.bytes = self.bytes.saturating_add(value.len() + VALUE);
            if !self.are_too_much() {
                self.values.push(value.to_owned());
            }
        }
    }

    /// Whether all is to be hidden instead.
    pub fn are_too_much(&self) -> bool {
        self.bytes > MAX_VALUES
    }
}

/// Hides values.
#[derive(Default)]
pub enum Mask {
    /// There is nothing to hide.
    #[default]
    Nothing,
    /// Some values.
    Values {
        finder: AhoCorasick,
        /// Bytes of the longest one.
        longest: usize,
    },
    /// All that there is.
    Everything,
}

impl Mask {
    /// Hides these values, as they are and as Rust prints them between quotes.
    pub fn of(secrets: Secrets) -> Self {
        if secrets.are_too_much() {
            return Self::Everything;
        }
        let mut wanted = secrets.values;
        let printed = wanted.iter().map(|it| {
            let quoted = format!("{it:?}");
            quoted[1..quoted.len() - 1].to_owned()
        });
        let printed: Vec<String> =
            printed.zip(&wanted).filter(|(a, b)| a != *b).map(|it| it.0).collect();
        wanted.extend(printed);
        let Some(longest) = wanted.iter().map(String::len).max() else { return Self::Nothing };
        // The longest one that starts at a place. The kind that is made otherwise takes up to a KiB
        // for each byte of a value.
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&wanted);
        finder.map_or(Self::Everything, |finder| Self::Values { finder, longest })
    }

    /// The text without the values.
    pub fn text(&self, text: &str) -> String {
        let (finder, longest) = match self {
            Self::Values { finder, longest } => (finder, *longest),
            Self::Everything if !text.is_empty() => return MASKED.to_owned(),
            Self::Everything | Self::Nothing => return text.to_owned(),
        };
        // Where something of the text is missing, a part of a value may have been left.
        let last = text.matches(GAP).count();
        let parts = text.split(GAP).enumerate().map(|(index, part)| {
            let start = if index > 0 { longest - 1 } else { 0 };
            let end = if index < last { longest - 1 } else { 0 };
            hide(finder, part, start, end)
        });
        parts.collect::<Vec<_>>().join(GAP)
    }
}

/// The part without the values, and without so many bytes at its ends that are not of one.
fn hide(finder: &AhoCorasick, part: &str, start: usize, end: usize) -> String {
    let start = part.ceil_char_boundary(start);
    let end = part.floor_char_boundary(part.len().saturating_sub(end));
    let between = |from: usize, to: usize| part.get(from.max(start)..to.min(end)).unwrap_or("");
    let mut out = String::with_capacity(part.len());
    let mut at = 0;
    for hidden in finder.find_iter(part) {
        out.push_str(between(at, hidden.start()));
        out.push_str(MASKED);
        at = hidden.end();
    }
    out.push_str(between(at, part.len()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(values: &[&str]) -> Mask {
        let mut secrets = Secrets::default();
        values.iter().for_each(|it| secrets.add(it));
        Mask::of(secrets)
    }

    #[test]
    fn values_are_hidden_wherever_they_are() {
        let mask = mask(&["key", "key-1", "ü", "a\"b\n", "q\"", ""]);
        for (text, hidden) in [
            ("", ""),
            ("nothing", "nothing"),
            (r#"Some("q\"")"#, r#"Some("***")"#),
            ("key", "***"),
            ("the key-1, the key", "the ***, the ***"),
            ("keykey", "******"),
            ("für", "f***r"),
            ("a\"b\n", "***"),
            (r#"Some("a\"b\n")"#, "Some(\"***\")"),
        ] {
            assert_eq!(mask.text(text), hidden);
        }
        assert_eq!(Mask::default().text("all"), "all");
    }

    #[test]
    fn parts_of_values_at_a_gap_are_hidden() {
        let mask = mask(&["secret"]);
        let text = |before: &str, after: &str| mask.text(&format!("{before}{GAP}{after}"));
        assert_eq!(text("it is sec", "it was ret"), format!("it i{GAP}s ret"));
        assert_eq!(text("its secret", "secret of it"), format!("its ***{GAP}*** of it"));
        assert_eq!(text("s", "t"), GAP);
        assert_eq!(text("ü", "ü"), GAP);
        assert_eq!(text("a secret: s", "cret"), format!("a ***{GAP}"));
    }

    #[test]
    fn what_looks_for_values_is_bounded() {
        let long = "0\n".repeat(32_000);
        let mask = mask(&[&long[..60_000]]);
        let Mask::Values { finder, .. } = &mask else { panic!("it can be looked for") };
        assert!(finder.memory_usage() < 100 * MAX_VALUES, "{}", finder.memory_usage());
        assert_eq!(mask.text(&format!("a{}b", &long[..60_000])), "a***b");
    }

    #[test]
    fn with_too_many_values_all_is_hidden() {
        let large = "x".repeat(8 << 20);
        let many = vec!["1"; 10_000];
        for values in [&[large.as_str()], &many[..]] {
            let mask = mask(values);
            assert_eq!(mask.text("whatever"), MASKED);
            assert_eq!(mask.text(""), "");
        }
    }
}
