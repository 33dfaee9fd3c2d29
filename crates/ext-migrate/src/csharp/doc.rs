//! Documentation comments: `/// <summary>…</summary>`.

use tree_sitter::Node;

use super::Reader;

/// Most lines between a comment and its declaration.
const MAX_BETWEEN: usize = 4;

/// A comment before a declaration, line by line, without the slashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doc {
    lines: Vec<String>,
}

impl Doc {
    pub fn summary(&self) -> String {
        plain(&element(&self.lines.join("\n"), "summary", "").unwrap_or_default())
    }

    pub fn returns(&self) -> String {
        plain(&element(&self.lines.join("\n"), "returns", "").unwrap_or_default())
    }

    /// What is said of a parameter.
    pub fn parameter(&self, name: &str) -> String {
        let attribute = format!("name=\"{name}\"");
        plain(&element(&self.lines.join("\n"), "param", &attribute).unwrap_or_default())
    }

    /// The summary of code whose generator breaks lines anywhere, also within words: the lines
    /// are joined as they are.
    ///
    /// A space at the end of a line is often lost, since editors remove it. It is put back
    /// behind punctuation; between two letters or digits nobody can tell, and the second value
    /// is the first such pair.
    pub fn unbroken(&self) -> (String, Option<String>) {
        let mut text = String::new();
        let mut doubt = None;
        for line in &self.lines {
            let (last, first) = (text.chars().next_back(), line.chars().next());
            if let (Some(last), Some(first)) = (last, first)
                && first.is_alphanumeric()
            {
                if matches!(last, ',' | ';' | ':' | '!' | '?' | ')' | '.') {
                    text.push(' ');
                } else if last.is_alphanumeric() && doubt.is_none() {
                    let is_other = |it: char| !it.is_alphanumeric();
                    let before = text.rsplit(is_other).next().unwrap_or_default();
                    let after = line.split(is_other).next().unwrap_or_default();
                    doubt = Some(format!("{before}{after}"));
                }
            }
            text.push_str(line);
        }
        (element(&text, "summary", "").unwrap_or_default(), doubt)
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// The content of the first element with a name, and with an attribute if one is given.
fn element(text: &str, name: &str, attribute: &str) -> Option<String> {
    let open = format!("<{name}");
    let mut rest = text;
    loop {
        let start = rest.find(&open)?;
        let inside = &rest[start + open.len()..];
        let end = inside.find('>')?;
        let (head, content) = (&inside[..end], &inside[end + 1..]);
        rest = content;
        let is_it = head.is_empty() || head.starts_with(char::is_whitespace);
        if is_it && head.contains(attribute) && !head.ends_with('/') {
            let close = format!("</{name}>");
            return Some(content[..content.find(&close).unwrap_or(content.len())].to_owned());
        }
    }
}

/// Text without tags and entities; its lines are trimmed, and empty ones at the ends left out.
pub fn plain(xml: &str) -> String {
    let mut out = String::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        out.push_str(&entities(&rest[..start]));
        let Some(end) = rest[start..].find('>') else {
            rest = &rest[start + 1..];
            out.push('<');
            continue;
        };
        tag(&rest[start + 1..start + end], &mut out);
        rest = &rest[start + end + 1..];
    }
    out.push_str(&entities(rest));
    let lines: Vec<&str> = out.lines().map(str::trim).collect();
    let first = lines.iter().position(|it| !it.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|it| !it.is_empty()).map_or(first, |last| last + 1);
    lines[first..last].join("\n")
}

fn tag(tag: &str, out: &mut String) {
    let name = tag.trim_start_matches('/').split([' ', '/', '\t', '\n']).next().unwrap_or_default();
    match name {
        "para" | "p" | "br" | "item" => out.push('\n'),
        "see" | "seealso" | "paramref" | "typeparamref" => {
            // `<see cref="A.B"/>` reads as its target.
            let target = tag.split('"').nth(1).unwrap_or_default();
            out.push_str(target.rsplit([':', '.']).next().unwrap_or_default());
        }
        _ => {}
    }
}

fn entities(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.char_indices().take(10).find(|(_, it)| *it == ';').map(|(at, _)| at);
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, character)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        number => {
            let number = number.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            return char::from_u32(number.ok()?);
        }
    })
}

impl<'a> Reader<'a> {
    /// The comment above a node, looked up by lines: it then does not matter where
    /// the syntax tree has it.
    pub(super) fn doc(&self, node: Node<'_>) -> Doc {
        let above = self.lines.get(..node.start_position().row).unwrap_or_default();
        let start = |line: &'a str| line.trim_start_matches(['\u{feff}', ' ', '\t']);
        // What stands between is no part of it and does not end it, as in C#.
        let is_between = |line: &str| {
            line.trim().is_empty() || line.starts_with("//") && !line.starts_with("///")
        };
        let upwards = || above.iter().rev().map(|line| start(line));
        let between = upwards().take(MAX_BETWEEN).take_while(|line| is_between(line)).count();
        let mut lines: Vec<String> = (upwards().skip(between))
            .map_while(|line| line.strip_prefix("///"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
            .collect();
        lines.reverse();
        if lines.is_empty() && above.last().is_some_and(|line| line.trim().ends_with("*/")) {
            let start = above.iter().rposition(|line| line.contains("/*")).unwrap_or(above.len());
            if above.get(start).is_some_and(|line| line.trim_start().starts_with("/**")) {
                let clean = |line: &&str| {
                    let line = line.trim().trim_start_matches("/**").trim_end_matches("*/");
                    line.trim_start_matches('*').trim().to_owned()
                };
                lines = above[start..].iter().map(clean).collect();
            }
        }
        Doc { lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_become_plain_text() {
        let lines = [
            "<summary>",
            "  Opens &lt;it&gt; &quot;now&quot; &bad; &",
            "",
            "<para>See <see cref=\"T:A.B\"/> or <paramref name=\"x\"/>.</para>",
            "</summary>",
            "<param name=\"ab\">Of <c>b</c></param><param name=\"a\">Of a",
            "and more</param>",
            "<returns/>",
            "<param name=\"open\">never closed",
        ];
        let doc = Doc { lines: lines.map(str::to_owned).to_vec() };
        assert_eq!(doc.summary(), "Opens <it> \"now\" &bad; &\n\n\nSee B or x.");
        assert_eq!(doc.parameter("a"), "Of a\nand more");
        assert_eq!(doc.parameter("ab"), "Of b");
        assert_eq!(doc.parameter("open"), "never closed");
        assert_eq!(doc.parameter("none"), "");
        assert_eq!(doc.returns(), "");
        assert_eq!(plain("1 < 2"), "1 < 2");
    }
}
