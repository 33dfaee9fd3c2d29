//! Texts of a definition in a Markdown document.

/// A text that is no Markdown, on one line: whatever would be markup is escaped.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    for character in one_line(text).chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '&' | '|'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A text as code: between more backticks than there are in it (CommonMark, "Code spans").
pub fn code(text: &str) -> String {
    let text = one_line(text);
    if text.contains('|') {
        return code_with_bars(&text);
    }
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Bars cannot be told from those of a table, whatever is before them, but as entities; and
/// entities mean something in HTML only.
fn code_with_bars(text: &str) -> String {
    let character = |it: char| match it {
        it if it.is_alphanumeric() || it == ' ' => it.to_string(),
        it => format!("&#{};", u32::from(it)),
    };
    format!("<code>{}</code>", text.chars().map(character).collect::<String>())
}

/// An author's Markdown in the cell of a table: on one line.
pub fn cell(markdown: &str) -> String {
    let paragraphs = markdown.split("\n\n").map(one_line).filter(|it| !it.is_empty());
    let text = paragraphs.collect::<Vec<_>>().join("<br>");
    // An open comment would go on behind the table.
    let text = text.replace("<!--", "&lt;!--");
    let mut out = String::new();
    let mut escaped = false;
    for character in text.chars() {
        if character == '|' && !escaped {
            out.push('\\');
        }
        escaped = character == '\\' && !escaped;
        out.push(character);
    }
    out
}

/// An author's Markdown as blocks of their own, which end where they end: headings are
/// paragraphs, HTML is text, and code blocks are closed.
pub fn block(markdown: &str) -> String {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let text = line.trim_start();
        let marks = fence_of(text);
        if let Some(open) = &fence {
            lines.push(line.to_owned());
            let closes = marks.starts_with(open.as_str()) && text.trim_end() == marks;
            fence = fence.filter(|_| !closes);
            continue;
        }
        if !marks.is_empty() {
            fence = Some(marks.to_owned());
            lines.push(line.to_owned());
            continue;
        }
        let heading = text.trim_start_matches('#');
        let level = text.len() - heading.len();
        let underline = text.trim_end();
        let is_underline = !underline.is_empty()
            && (underline.bytes().all(|it| it == b'=') || underline.bytes().all(|it| it == b'-'));
        lines.push(match () {
            () if (1..=6).contains(&level) && heading.starts_with(' ') => {
                format!("**{}**", heading.trim().trim_end_matches('#').trim_end())
            }
            () if text.starts_with('<') || is_underline => {
                line.replacen(text, &format!("\\{text}"), 1)
            }
            () => line.to_owned(),
        });
    }
    lines.extend(fence);
    lines.join("\n").trim().to_owned()
}

/// The marks that open or close a code block, if the line starts with some.
fn fence_of(line: &str) -> &str {
    let mark = match line.bytes().next() {
        Some(mark @ (b'`' | b'~')) => mark,
        _ => return "",
    };
    let count = line.bytes().take_while(|it| *it == mark).count();
    // Backticks behind it: code in a line.
    let is_code = mark == b'`' && line[count..].contains('`');
    if count < 3 || is_code { "" } else { &line[..count] }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_beyond_its_place() {
        for (markdown, expected) in [
            ("Plain *text*.\n\n- a\n- b", "Plain *text*.\n\n- a\n- b"),
            ("# Heading #\nText", "**Heading**\nText"),
            ("Text\n====\nmore\n---", "Text\n\\====\nmore\n\\---"),
            ("```rust\n# not a heading\n<b>", "```rust\n# not a heading\n<b>\n```"),
            ("~~~\n```\n~~~\n# h", "~~~\n```\n~~~\n**h**"),
            ("<script>\n  <!-- x", "\\<script>\n  \\<!-- x"),
            ("```a``` is code", "```a``` is code"),
        ] {
            assert_eq!(block(markdown), expected);
        }
        assert_eq!(cell("a | b\nc\n\n# d <!-- e"), "a \\| b c<br># d &lt;!-- e");
        assert_eq!(cell("a \\| b \\\\| c"), "a \\| b \\\\\\| c");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(plain("a_b\n<i> `x` [y](z)"), "a\\_b \\<i\\> \\`x\\` \\[y\\](z)");
    }
}
