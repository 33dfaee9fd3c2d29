//! Patterns for readers of schemas: ECMA-262 with the flag `u`, which JSON Schema asks for.
//!
//! Authors write patterns in the syntax of the crate `regex`. It has flags, escapes and classes
//! that ECMA-262 lacks, and its `\d`, `\w`, `\s`, `\b` and `.` mean other characters. The
//! translation spells them out, so that both accept the same texts. Python's `re` reads it too.

use std::fmt::Write;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

/// Longest translation, in bytes: a few escapes stand for thousands of ranges.
const MAX_LENGTH: usize = 16 << 10;

/// The pattern of a whole text, anchored; `None`, if ECMA-262 cannot express it in this length.
pub(crate) fn ecma(pattern: &str) -> Option<String> {
    let parsed = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut writer = Writer { text: String::new() };
    writer.text.push_str("^(?:");
    writer.hir(&parsed)?;
    writer.text.push_str(")$");
    Some(writer.text)
}

struct Writer {
    text: String,
}

impl Writer {
    fn hir(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                text.chars().for_each(|it| self.character(it, r"^$\.*+?()[]{}|/"));
            }
            HirKind::Class(Class::Unicode(class)) => self.class(class),
            HirKind::Class(Class::Bytes(class)) => self.class(&class.to_unicode_class()?),
            HirKind::Look(look) => self.look(*look)?,
            HirKind::Repetition(repetition) => self.repetition(repetition)?,
            HirKind::Capture(capture) => self.group(&capture.sub)?,
            HirKind::Concat(parts) => {
                for part in parts {
                    match part.kind() {
                        HirKind::Alternation(_) => self.group(part)?,
                        _ => self.hir(part)?,
                    }
                }
            }
            HirKind::Alternation(sides) => {
                for (index, side) in sides.iter().enumerate() {
                    if index > 0 {
                        self.text.push('|');
                    }
                    self.hir(side)?;
                }
            }
        }
        (self.text.len() <= MAX_LENGTH).then_some(())
    }

    fn group(&mut self, hir: &Hir) -> Option<()> {
        self.text.push_str("(?:");
        self.hir(hir)?;
        self.text.push(')');
        Some(())
    }

    fn repetition(&mut self, Repetition { min, max, greedy, sub }: &Repetition) -> Option<()> {
        match sub.kind() {
            HirKind::Class(_) => self.hir(sub)?,
            HirKind::Capture(_) => self.hir(sub)?,
            _ => self.group(sub)?,
        }
        let _ = match (min, max) {
            (0, None) => write!(self.text, "*"),
            (1, None) => write!(self.text, "+"),
            (0, Some(1)) => write!(self.text, "?"),
            (min, None) => write!(self.text, "{{{min},}}"),
            (min, Some(max)) if min == max => write!(self.text, "{{{min}}}"),
            (min, Some(max)) => write!(self.text, "{{{min},{max}}}"),
        };
        if !greedy {
            self.text.push('?');
        }
        Some(())
    }

    /// The class by its characters, or by those that it leaves out.
    fn class(&mut self, class: &ClassUnicode) {
        let mut inverse = class.clone();
        inverse.negate();
        let (ranges, start) = match class.ranges().len() <= inverse.ranges().len() {
            true => (class.ranges(), "["),
            false => (inverse.ranges(), "[^"),
        };
        match ranges {
            // `[]` is an error in Python.
            [] if start == "[" => return self.text.push_str("(?!)"),
            [] => return self.text.push_str(r"[\s\S]"),
            [one] if start == "[" && one.start() == one.end() => {
                return self.character(one.start(), r"^$\.*+?()[]{}|/");
            }
            _ => {}
        }
        self.text.push_str(start);
        ranges.iter().for_each(|it| self.range(it));
        self.text.push(']');
    }

    fn range(&mut self, range: &ClassUnicodeRange) {
        let (start, end) = (range.start(), range.end());
        self.character(start, r"\]^[-");
        if start != end {
            if end as u32 - start as u32 > 1 {
                self.text.push('-');
            }
            self.character(end, r"\]^[-");
        }
    }

    fn character(&mut self, character: char, escaped: &str) {
        let code = u32::from(character);
        if escaped.contains(character) {
            self.text.push('\\');
            self.text.push(character);
        } else if code < 0x1_0000 && !matches!(character, ' '..='~') && !character.is_alphanumeric()
        {
            // What editors do not show; beyond this plane there is no form that both read.
            let _ = write!(self.text, "\\u{code:04x}");
        } else {
            self.text.push(character);
        }
    }

    fn look(&mut self, look: Look) -> Option<()> {
        match look {
            Look::Start => self.text.push('^'),
            Look::End => self.text.push('$'),
            Look::StartLF => self.text.push_str(r"(?:^|(?<=\n))"),
            Look::EndLF => self.text.push_str(r"(?=\n|$)"),
            // A word's characters are thousands of ranges, four times for each `\b`.
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_ecma_262() {
        for (pattern, expected) in [
            ("[A-Z]{3}-[0-9]+", Some("^(?:[A-Z]{3}-[0-9]+)$")),
            ("a|b", Some("^(?:[ab])$")),
            ("ab|cd?", Some("^(?:ab|c(?:d)?)$")),
            (r"x\-\_\ \@y\/", Some(r"^(?:x-_ @y\/)$")),
            ("(?i)ab", Some("^(?:[Aa][Bb])$")),
            ("(?x) a b # comment", Some("^(?:ab)$")),
            ("(?P<year>[0-9]{4})", Some("^(?:(?:[0-9]{4}))$")),
            (r"\Aa\z", Some("^(?:^a$)$")),
            ("[a-z&&[^b]]+?", Some("^(?:[ac-z]+?)$")),
            ("[[:digit:]]", Some("^(?:[0-9])$")),
            (".", Some(r"^(?:[^\u000a])$")),
            ("(?s).", Some(r"^(?:[\s\S])$")),
            (r"[\]\[\\^-]", Some(r"^(?:[\-\[-\^])$")),
            ("(?:ab){2,}", Some("^(?:(?:ab){2,})$")),
            (r"\x{1F600}\t", Some("^(?:\u{1f600}\\u0009)$")),
            // More than schemas should carry.
            (&r"\w\W\pL".repeat(100), None),
            (r"(?R)(?m)^a", None),
            (r"\ba", None),
            ("(", None),
        ] {
            assert_eq!(ecma(pattern).as_deref(), expected, "{pattern}");
        }
        // Digits of every script, as the host has them.
        let digits = ecma(r"\d").unwrap();
        assert!(digits.starts_with("^(?:[0-9\u{660}-\u{669}"), "{digits}");
    }
}
