//! Texts in a page: whatever a definition says, it stays a text.

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Parser, Tag, TagEnd};

/// A text that can stand in HTML, in an attribute's quotation marks too.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            plain => out.push(plain),
        }
    }
    out
}

/// An address that a link may lead to: the web, and nothing that runs.
pub fn is_link(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

/// The author's Markdown as HTML: paragraphs, emphasis, code, lists, quotations, and links
/// into the web. HTML in it is shown as it is written; pictures are their descriptions.
/// `resolve` knows where names in brackets lead, as in rustdoc.
pub fn markdown(text: &str, resolve: &dyn Fn(&str) -> Option<String>) -> String {
    let broken = |link: BrokenLink<'_>| {
        let name = link.reference.trim_matches('`');
        resolve(name).map(|anchor| (CowStr::from(format!("#{anchor}")), CowStr::from("")))
    };
    let options = pulldown_cmark::Options::empty();
    let mut html = Html::default();
    for event in Parser::new_with_broken_link_callback(text, options, Some(broken)) {
        html.event(event);
    }
    html.out
}

#[derive(Default)]
struct Html {
    out: String,
    /// For each link around: whether it is one.
    links: Vec<bool>,
}

impl Html {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => {
                self.out.push_str(&format!("<code>{}</code>", escape(&text)));
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self.out.push_str("<hr>"),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.out.push_str(&escape(&text));
            }
            // Extensions that are not asked for.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.out.push_str(&escape(&text));
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let text = match tag {
            // The page has its own headings.
            Tag::Heading { .. } => "<p class=\"heading\">",
            Tag::Paragraph | Tag::HtmlBlock => "<p>",
            Tag::BlockQuote(_) => "<blockquote>",
            Tag::CodeBlock(_) => "<pre tabindex=\"0\"><code>",
            Tag::List(None) => "<ul>",
            Tag::List(Some(_)) => "<ol>",
            Tag::Item => "<li>",
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            Tag::Link { link_type, dest_url, .. } => {
                // Only the page itself makes links into the page.
                let own = matches!(
                    link_type,
                    LinkType::ReferenceUnknown
                        | LinkType::CollapsedUnknown
                        | LinkType::ShortcutUnknown
                );
                self.links.push(own || is_link(&dest_url));
                if own {
                    self.out.push_str(&format!("<a href=\"{}\">", escape(&dest_url)));
                } else if is_link(&dest_url) {
                    self.out.push_str(&link_to(&dest_url));
                }
                return;
            }
            _ => return,
        };
        self.out.push_str(text);
    }

    fn end(&mut self, tag: TagEnd) {
        let text = match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>",
            TagEnd::BlockQuote(_) => "</blockquote>",
            TagEnd::CodeBlock => "</code></pre>",
            TagEnd::List(false) => "</ul>",
            TagEnd::List(true) => "</ol>",
            TagEnd::Item => "</li>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Link if self.links.pop() == Some(true) => "</a>",
            _ => return,
        };
        self.out.push_str(text);
    }
}

/// The start of a link into the web.
pub fn link_to(address: &str) -> String {
    format!("<a href=\"{}\" rel=\"noopener noreferrer\">", escape(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safe_part_of_markdown() {
        let resolve = |name: &str| (name == "Line").then(|| "type-Line".to_owned());
        for (text, expected) in [
            ("a *b* **c** `d<`", "<p>a <em>b</em> <strong>c</strong> <code>d&lt;</code></p>"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            (
                "```rust\nlet a = \"<b>\";\n```",
                "<pre tabindex=\"0\"><code>let a = &quot;&lt;b&gt;&quot;;\n</code></pre>",
            ),
            ("# Title", "<p class=\"heading\">Title</p>"),
            ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
            ("a <b onclick='x'>c</b>", "<p>a &lt;b onclick=&#39;x&#39;&gt;c&lt;/b&gt;</p>"),
            ("[a](javascript:alert(1))", "<p>a</p>"),
            ("[a](JavaScript:x) [b](data:text/html,x) [c](/x) [d](#x)", "<p>a b c d</p>"),
            ("![alt](https://example.com/x.png)", "<p>alt</p>"),
            (
                "[a](https://example.com/?a=1&b=\"2)",
                "<p><a href=\"https://example.com/?a=1&amp;b=&quot;2\" rel=\"noopener noreferrer\">a</a></p>",
            ),
            (
                "[`Line`] and [Other]",
                "<p><a href=\"#type-Line\"><code>Line</code></a> and [Other]</p>",
            ),
            ("[x]\n\n[x]: javascript:alert(1)", "<p>x</p>"),
            (
                "<https://example.com/>",
                "<p><a href=\"https://example.com/\" rel=\"noopener noreferrer\">https://example.com/</a></p>",
            ),
        ] {
            assert_eq!(markdown(text, &resolve), expected);
        }
    }
}
