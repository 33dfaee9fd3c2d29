//! Hides the values of secrets in what an extension writes.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::output::GAP;

/// Stands for a value that nobody is to see.
const MASKED: &str = "***";

/// The values to be hidden.
#[derive(Default)]
pub struct Mask {
    /// `None`: nothing to hide.
    finder: Option<AhoCorasick>,
    /// Bytes of the longest value.
    longest: usize,
}

impl Mask {
    /// Hides these values, as they are and as Rust prints them between quotes.
    pub fn of(values: Vec<String>) -> Self {
        let mut wanted = values;
        wanted.retain(|it| !it.is_empty());
        let printed = wanted.iter().map(|it| {
            let quoted = format!("{it:?}");
            quoted[1..quoted.len() - 1].to_owned()
        });
        let printed: Vec<String> =
            printed.zip(&wanted).filter(|(a, b)| a != *b).map(|it| it.0).collect();
        wanted.extend(printed);
        if wanted.is_empty() {
            return Self::default();
        }
        let longest = wanted.iter().map(String::len).max().unwrap_or_default();
        // The longest one that starts at a place; an error is one of size, 2 GiB of values.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&wanted);
        Self { finder: finder.ok(), longest }
    }

    /// The text without the values.
    pub fn text(&self, text: &str) -> String {
        let Some(finder) = &self.finder else { return text.to_owned() };
        // Where something of the text is missing, a part of a value may have been left.
        let last = text.matches(GAP).count();
        let parts = text.split(GAP).enumerate().map(|(index, part)| {
            let start = if index > 0 { self.longest - 1 } else { 0 };
            let end = if index < last { self.longest - 1 } else { 0 };
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
        Mask::of(values.iter().map(|it| (*it).to_owned()).collect())
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
}
