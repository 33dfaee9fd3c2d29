//! Replacements in one text.

use std::ops::Range;

/// Replacements of ranges of bytes. They do not overlap, and apply to the text as it was.
#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<(Range<usize>, String)>,
}

impl Edits {
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.list.push((range, text.into()));
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// The text with the replacements made. Several insertions at one place keep their
    /// order; of two replacements that overlap the first in the text is made.
    pub fn apply(mut self, text: &str) -> String {
        self.list.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, new) in &self.list {
            if range.start < at {
                continue;
            }
            out.push_str(&text[at..range.start]);
            out.push_str(new);
            at = range.end;
        }
        out.push_str(&text[at..]);
        out
    }

    /// A part of the text with the replacements inside of it made, which are taken out.
    pub fn apply_within(&mut self, text: &str, part: &Range<usize>) -> String {
        let inside = |range: &Range<usize>| part.start <= range.start && range.end <= part.end;
        let (mut here, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.list).into_iter().partition(|(range, _)| inside(range));
        self.list = others;
        for (range, _) in &mut here {
            *range = range.start - part.start..range.end - part.start;
        }
        Self { list: here }.apply(&text[part.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_to_the_text_as_it_was() {
        let mut edits = Edits::default();
        edits.insert(5, "!");
        edits.replace(0..1, "J");
        edits.insert(5, "?");
        edits.replace(2..4, "");
        assert_eq!(edits.apply("Hello."), "Jeo!?.");
    }

    #[test]
    fn a_part_takes_its_edits_with_it() {
        let mut edits = Edits::default();
        edits.replace(1..2, "x");
        edits.replace(4..5, "y");
        assert_eq!(edits.apply_within("abcdef", &(3..6)), "dyf");
        assert_eq!(edits.apply("abcdef"), "axcdef");
    }
}
