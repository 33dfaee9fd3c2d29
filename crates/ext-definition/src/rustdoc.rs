//! Makes a text safe as Rust documentation.
//!
//! Descriptions come from other teams. In a doc comment rustdoc would compile and run their code
//! blocks as tests, and pass their HTML on to its pages. A safe text has no code blocks but those
//! marked `text`, no HTML and no links. Markdown is read as rustdoc reads it: CommonMark 0.31 with
//! tables, footnotes, strikethrough and task lists.

use std::fmt::Write;

/// A text as Markdown that rustdoc shows and does not run. The lines of the result have no
/// indentation by tabs, and code blocks are fenced.
///
/// Code blocks inside lists and quotes end in ways that depend on the indentation of what
/// follows. A text that has them becomes one block of preformatted text.
pub fn inert(text: &str) -> String {
    let lines: Vec<String> = lines(text).collect();
    structured(&lines).unwrap_or_else(|| block(&lines, 0)).trim_end().to_owned()
}

/// A text on one line, for behind a list marker or a heading's.
pub fn inert_line(text: &str) -> String {
    let line = lines(text).map(|line| line.trim().to_owned()).collect::<Vec<_>>().join(" ");
    Inline::default().escape(line.trim())
}

/// The lines of a text, with the characters that a doc comment can have.
fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_shown = |it: &char| {
        // rustc refuses characters that change the direction of text.
        let turns = matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !turns && (!it.is_control() || *it == '\t')
    };
    let lines = text.trim_end().split(['\n', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}']);
    lines.flat_map(|line| line.trim_end_matches('\r').split('\r')).map(move |line| {
        let rest = line.trim_start_matches([' ', '\t']);
        let mut columns = 0;
        for character in line[..line.len() - rest.len()].chars() {
            columns = if character == '\t' { (columns / 4 + 1) * 4 } else { columns + 1 };
        }
        let rest = rest.trim_end().chars().filter(is_shown).collect::<String>();
        if rest.is_empty() { rest } else { " ".repeat(columns) + &rest }
    })
}

/// The content of a line behind the markers of lists and quotes, whether there are any, and
/// whether the space behind one may begin an indented code block.
fn behind_markers(line: &str) -> (&str, bool, bool) {
    let mut rest = line;
    let (mut is_container, mut is_odd) = (false, false);
    while let Some(behind) = marker(rest) {
        is_container = true;
        let content = behind.trim_start_matches([' ', '\t']);
        let space = &behind[..behind.len() - content.len()];
        is_odd |= content.is_empty() || space.len() > 4 || space.contains('\t');
        rest = content;
    }
    (rest, is_container, is_odd)
}

/// What follows the marker of a quote or list that a line begins with.
fn marker(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix('>') {
        return Some(rest);
    }
    let rest = match line.strip_prefix(['-', '+', '*']) {
        Some(rest) => rest,
        None => {
            let rest = line.trim_start_matches(|it: char| it.is_ascii_digit());
            let is_number = (1..=9).contains(&(line.len() - rest.len()));
            rest.strip_prefix(['.', ')']).filter(|_| is_number)?
        }
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(rest)
}

/// The character and the length of the fence that a line begins with.
fn fence(line: &str) -> Option<(char, usize)> {
    ['`', '~'].into_iter().find_map(|character| {
        let length = line.len() - line.trim_start_matches(character).len();
        (length >= 3).then_some((character, length))
    })
}

/// A text with its structure and without code that runs; `None` if there may be code inside a
/// list or quote.
fn structured(lines: &[String]) -> Option<String> {
    let mut out = String::new();
    let mut inline = Inline::default();
    // Whether the line may belong to a list or quote that began before.
    let mut in_container = false;
    let mut after_blank = true;
    // Whether the line before is text of a paragraph: indented lines behind it are, too.
    let mut after_text = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = line.trim_start();
        let columns = line.len() - rest.len();
        let (content, is_container, is_odd) = behind_markers(rest);
        // Whatever a list or quote holds is indented, except for more lines of a paragraph.
        in_container &= columns > 0 || !after_blank || is_container || rest.is_empty();
        if let Some(fence) = fence(rest).filter(|_| columns == 0 || columns < 4 && !in_container) {
            let code = &lines[at + 1..];
            let end = code.iter().position(|it| ends(it, fence)).unwrap_or(code.len());
            out.push_str(&block(&code[..end], 0));
            at += end + 2;
        } else if columns >= 4 && !in_container && (after_blank || is_more_than_text(rest)) {
            let is_code = |line: &&String| line.is_empty() || line.starts_with("    ");
            let mut end = at + lines[at..].iter().take_while(is_code).count();
            while lines[end - 1].is_empty() {
                end -= 1;
            }
            out.push_str(&block(&lines[at..end], 4));
            at = end;
        } else {
            in_container |= is_container;
            let may_be_code = is_odd || fence(content).is_some() || columns >= 4 && !after_text;
            if in_container && may_be_code && !rest.is_empty() {
                return None;
            }
            // Behind text an indentation means nothing; behind a heading it would mean code.
            let line = if columns >= 4 && !in_container { rest } else { line };
            let _ = writeln!(out, "{}", inline.escape(line));
            after_blank = rest.is_empty();
            after_text =
                content.starts_with(|it: char| it.is_alphanumeric()) && !content.contains('|');
            at += 1;
            continue;
        }
        inline = Inline::default();
        (in_container, after_blank, after_text) = (false, true, false);
    }
    Some(out)
}

/// Whether a line would begin a block of its own if it were not indented.
fn is_more_than_text(line: &str) -> bool {
    let begins = |it: char| it.is_alphanumeric() || matches!(it, '"' | '\'' | '(' | '\\');
    !line.starts_with(begins) || marker(line).is_some()
}

/// Whether a line ends the fenced block that began with this fence.
fn ends(line: &str, (character, length): (char, usize)) -> bool {
    let rest = line.trim_start();
    let is_end = |(other, run)| other == character && run >= length && run == rest.len();
    line.len() - rest.len() < 4 && fence(rest).is_some_and(is_end)
}

/// Lines as a fenced block that rustdoc takes for text, less an indentation.
fn block(lines: &[String], indentation: usize) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|it| it != '`')).map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let mut out = format!("{fence}text\n");
    for line in lines {
        let _ = writeln!(out, "{}", line.get(indentation..).unwrap_or_default());
    }
    let _ = writeln!(out, "{fence}");
    out
}

/// Escapes HTML and links in lines that follow each other.
#[derive(Default)]
struct Inline {
    /// Whether a run of backticks of this paragraph has no counterpart on its line: it may have
    /// one on a later line, and what is code from there on is not certain.
    is_unpaired: bool,
}

impl Inline {
    fn escape(&mut self, line: &str) -> String {
        if line.is_empty() {
            self.is_unpaired = false;
            return String::new();
        }
        // A cell of a table ends at a bar, also inside a code span; an escaped backtick begins none.
        self.is_unpaired |= line.contains('|') || line.contains("\\`");
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            out.push_str(&escaped(&rest[..start]));
            let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
            let behind = &rest[start + run..];
            match closing(behind, run).filter(|_| !self.is_unpaired) {
                Some(end) => {
                    let length = start + run + end + run;
                    out.push_str(&rest[start..length]);
                    rest = &rest[length..];
                }
                None => {
                    self.is_unpaired = true;
                    out.push_str(&rest[start..start + run]);
                    rest = behind;
                }
            }
        }
        out.push_str(&escaped(rest));
        out
    }
}

/// Where the next run of backticks with exactly this length begins.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`') {
        let start = at + start;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        if length == run {
            return Some(start);
        }
        at = start + length;
    }
    None
}

/// Text outside code, with what begins HTML or a link as itself.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A backslash before another one or before `<` already escapes.
    let mut is_escaped = false;
    for character in text.chars() {
        if matches!(character, '<' | '[') && !is_escaped {
            out.push('\\');
        }
        is_escaped = character == '\\' && !is_escaped;
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

    /// What rustdoc would run, or hand on as HTML or a link.
    fn dangers(markdown: &str) -> Vec<String> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_SMART_PUNCTUATION;
        let danger = |event: Event| match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &**info == "text" => None,
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. })
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Start(Tag::HtmlBlock) => Some(format!("{event:?}")),
            _ => None,
        };
        Parser::new_ext(markdown, options).filter_map(danger).collect()
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for text in [
            "",
            "Prices an order.",
            "One.\n\nTwo *three* `Vec<u8>` and `` a`b ``.",
            "# Heading\n\n- one\n- two\n  more\n    - nested\n\n1. a\n2. b\n\n> quote",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "```text\nas it is <b>\n```\n\nAfter.",
            "a < b is not escaped twice: \\< \\[".replace("a < b", "a \\< b").as_str(),
        ] {
            assert_eq!(inert(text), text);
            assert_eq!(dangers(&inert(text)), [""; 0], "{text}");
        }
    }

    #[test]
    fn code_becomes_text_and_markup_is_shown() {
        for (text, expected) in [
            ("```\nfn a() {}\n```", "```text\nfn a() {}\n```"),
            ("```rust,should_panic\na\n```\nb", "```text\na\n```\nb"),
            ("~~~\na\n```\nb\n~~~", "````text\na\n```\nb\n````"),
            ("```\nnever closed", "```text\nnever closed\n```"),
            (
                "A:\n\n    let a = \"\n\n      b\n\nEnd",
                "A:\n\n```text\nlet a = \"\n\n  b\n```\n\nEnd",
            ),
            ("\tlet a", "```text\nlet a\n```"),
            ("# Heading\n    let a", "# Heading\nlet a"),
            ("text\n    goes on", "text\ngoes on"),
            ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
            ("`<b>` and ` <i>", "`<b>` and ` \\<i>"),
            ("[a](javascript:alert(1)) [`B`]", "\\[a](javascript:alert(1)) \\[`B`]"),
            ("- a\n\nB\n\n```\nc\n```\n- d", "- a\n\nB\n\n```text\nc\n```\n- d"),
            ("- a\n\n  ```\n  code\n  ```", "````text\n- a\n\n  ```\n  code\n  ```\n````"),
            ("- a\n\n      code", "```text\n- a\n\n      code\n```"),
            ("-     code", "```text\n-     code\n```"),
            ("> ```\n> code", "````text\n> ```\n> code\n````"),
            ("a\u{202e}b\u{7}\r\nc\rd", "ab\nc\nd"),
        ] {
            assert_eq!(inert(text), expected, "{text}");
            assert_eq!(dangers(expected), [""; 0], "{text}");
        }
        assert_eq!(inert_line("a\n```\n<b>\n    c"), "a ``` \\<b> c");
    }

    proptest! {
        /// Texts of pieces that mean something to Markdown.
        #[test]
        fn nothing_runs(pieces in prop::collection::vec(prop_oneof![
            Just("\n"), Just("\n\n"), Just("\n"), Just(" "), Just("    "), Just("\t"), Just("```"),
            Just("~~~"), Just("`"), Just("``"), Just("````"), Just("rust"), Just("- "), Just("* "),
            Just("1. "), Just("12) "), Just("> "), Just(">"), Just("-"), Just("+\t"), Just("# "),
            Just("---"), Just("==="), Just("<b>"), Just("<!--"), Just("<a href='x'>"), Just("</p>"),
            Just("<https://example.com>"), Just("["), Just("]"), Just("](x)"), Just("]: x"),
            Just("[^1]:"), Just("!["), Just("|"), Just("\n|---|\n"), Just("\\"), Just("let a"),
            Just("a"), Just("&lt;"), Just("[ ] "), Just("~"), Just("$"), Just("\r"),
        ], 0..24)) {
            let text = pieces.concat();
            let markdown = inert(&text);
            prop_assert_eq!(dangers(&markdown), [""; 0], "{:?} became {:?}", text, markdown);
            // What is in a source already is left as it is.
            prop_assert_eq!(inert(&markdown), markdown.clone(), "{:?}", text);
            let line = format!("- `a`: {}", inert_line(&text));
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(dangers(&line), [""; 0], "{:?} became {:?}", text, line);
        }
    }
}
