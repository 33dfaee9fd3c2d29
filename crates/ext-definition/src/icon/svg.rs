//! SVG: what is known to draw and do nothing else. A tag that is not on the list is refused,
//! and so is everything that runs, or reaches outside of the picture.

/// Elements that draw, or describe what others draw.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
];

/// Whether this is a picture, and nothing but a picture.
pub fn check(content: &[u8]) -> Result<(), String> {
    let no_picture = "it is neither a PNG nor an SVG picture";
    let text = std::str::from_utf8(content).map_err(|_| no_picture)?;
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    if let Some(declaration) = rest.strip_prefix("<?xml") {
        let (inside, behind) = declaration.split_once("?>").ok_or(no_picture)?;
        // `<?xml-stylesheet` reaches outside, and in HTML a declaration ends with its first `>`.
        if !inside.starts_with(|it: char| it.is_whitespace()) || inside.contains(['<', '>']) {
            return Err("its XML declaration is malformed".into());
        }
        rest = behind;
    }
    // The elements that are open; the root stays the only one on its level.
    let mut open: Vec<&str> = Vec::new();
    let mut seen_root = false;
    loop {
        let (between, tag) = match rest.split_once('<') {
            Some((between, tag)) => (between, Some(tag)),
            None => (rest, None),
        };
        if open.is_empty() && !between.trim().is_empty() {
            return Err(no_picture.into());
        }
        references(between)?;
        let Some(tag) = tag else { break };
        if let Some(comment) = tag.strip_prefix("!--") {
            let (inside, behind) = comment.split_once("-->").ok_or("a comment does not end")?;
            // For a reader of HTML these end it, and what follows would be shown. XML has no
            // `--` in comments either.
            if inside.starts_with(['>', '-']) || inside.contains("--") || inside.ends_with('-') {
                return Err("a comment starts with `>` or `-`, ends with `-`, or has `--`".into());
            }
            rest = behind;
            continue;
        }
        if tag.starts_with(['!', '?']) {
            let word: String = tag.chars().take_while(|it| !it.is_whitespace()).take(20).collect();
            return Err(format!("it has `<{word}`, and an icon has elements and comments only"));
        }
        if let Some(closing) = tag.strip_prefix('/') {
            let (name, behind) = closing.split_once('>').ok_or("a tag does not end")?;
            if open.pop() != Some(name.trim_end()) {
                let shown: String = name.chars().take(40).collect();
                return Err(format!("`</{shown}>` closes what is not open"));
            }
            rest = behind;
            continue;
        }
        let element = Element::read(tag)?;
        if open.is_empty() && (seen_root || element.name != "svg") {
            return Err(match seen_root {
                true => "something follows the picture".into(),
                false => no_picture.into(),
            });
        }
        seen_root = true;
        if !element.closed {
            if open.len() == 100 {
                return Err("its elements are nested too deeply".into());
            }
            open.push(element.name);
        }
        rest = element.behind;
    }
    match open.last() {
        Some(name) => Err(format!("`<{name}>` does not end")),
        None if seen_root => Ok(()),
        None => Err(no_picture.into()),
    }
}

struct Element<'a> {
    name: &'a str,
    closed: bool,
    behind: &'a str,
}

impl<'a> Element<'a> {
    /// Reads a start tag from behind its `<`.
    fn read(tag: &'a str) -> Result<Self, String> {
        let end = tag.find(|it: char| it.is_whitespace() || matches!(it, '/' | '>' | '='));
        let (name, mut rest) = tag.split_at(end.ok_or("a tag does not end")?);
        if !ELEMENTS.contains(&name) {
            let shown: String = name.chars().take(40).collect();
            return Err(format!(
                "it has the element `{shown}`, and an icon has shapes, text and colors only"
            ));
        }
        loop {
            rest = rest.trim_start();
            if let Some(behind) = rest.strip_prefix("/>") {
                return Ok(Self { name, closed: true, behind });
            }
            if let Some(behind) = rest.strip_prefix('>') {
                return Ok(Self { name, closed: false, behind });
            }
            let malformed = || format!("an attribute of `<{name}>` is malformed");
            let (attribute, behind) = rest.split_once('=').ok_or_else(malformed)?;
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|it| matches!(it, '"' | '\''));
            let quote = quote.ok_or_else(malformed)?;
            let (value, behind) = behind[1..].split_once(quote).ok_or_else(malformed)?;
            attribute_is_plain(attribute.trim_end(), value)?;
            rest = behind;
        }
    }
}

fn attribute_is_plain(name: &str, value: &str) -> Result<(), String> {
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | ':' | '.');
    if name.is_empty() || !name.chars().all(plain) || value.contains('<') {
        return Err("an attribute is malformed".into());
    }
    references(value)?;
    let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    if local.starts_with("on") {
        return Err(format!("it has the event handler `{name}`"));
    }
    if matches!(local.as_str(), "href" | "src" | "base") && !value.trim().starts_with('#') {
        return Err(format!("its `{name}` leads outside of the picture"));
    }
    let value = value.to_ascii_lowercase();
    // A backslash could spell any of these in CSS.
    if value.contains('\\') || value.contains("javascript:") || value.contains("@import") {
        return Err(format!("its `{name}` is more than a style"));
    }
    // Functions of CSS that load a picture without `url`.
    if ["src(", "image(", "image-set("].iter().any(|it| value.contains(it)) {
        return Err(format!("its `{name}` leads outside of the picture"));
    }
    for (at, function) in value.match_indices("url(") {
        let target = value[at + function.len()..].trim_start().trim_start_matches(['"', '\'']);
        if !target.starts_with('#') {
            return Err(format!("its `{name}` leads outside of the picture"));
        }
    }
    Ok(())
}

/// The five entities that XML brings: others could spell what is refused.
fn references(text: &str) -> Result<(), String> {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
        if !known.iter().any(|it| text[at..].starts_with(it)) {
            return Err("it has a character reference other than `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pictures() {
        for good in [
            "<svg/>",
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox='0 0 1 1'>\n<g fill = \"url(#a)\"><path d=\"M0 0\"/></g ><use xlink:href=\"#b\"/><text>a &amp; b</text></svg>\n<!-- end -->",
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_more_than_a_picture() {
        for (bad, expected) in [
            ("", "neither"),
            ("hello", "neither"),
            ("<html></html>", "element `html`"),
            ("<g/>", "neither"),
            ("<svg>", "does not end"),
            ("<svg><g></svg>", "closes what"),
            ("<svg/><svg/>", "follows"),
            ("<svg/>text", "neither"),
            ("<svg><script>alert(1)</script></svg>", "element `script`"),
            ("<svg><x:script/></svg>", "element `x:script`"),
            ("<svg><SCRIPT/></svg>", "element `SCRIPT`"),
            ("<svg><foreignObject/></svg>", "element `foreignObject`"),
            ("<svg><style>*{}</style></svg>", "element `style`"),
            ("<svg><animate/></svg>", "element `animate`"),
            ("<svg onload=\"alert(1)\"/>", "event handler"),
            ("<svg\nONLOAD = 'x'/>", "event handler"),
            ("<svg/onload=\"x\"/>", "malformed"),
            ("<svg onload=x/>", "malformed"),
            ("<!DOCTYPE svg><svg/>", "`<!DOCTYPE`"),
            ("<svg><![CDATA[<script/>]]></svg>", "`<![CDATA["),
            ("<svg><?php ?></svg>", "`<?php`"),
            ("<svg><use href=\"https://a.example/b.svg#c\"/></svg>", "outside"),
            ("<svg><use xlink:href=\"data:text/html,x\"/></svg>", "outside"),
            ("<svg><g fill=\"url(https://a.example)\"/></svg>", "outside"),
            ("<svg><g style=\"fill:URL( 'http://a')\"/></svg>", "outside"),
            ("<svg><g style=\"fill:u\\72l(x)\"/></svg>", "more than a style"),
            ("<svg><use href=\"&#106;avascript:x\"/></svg>", "character reference"),
            ("<svg><text>&x;</text></svg>", "character reference"),
            ("<svg a=\"<\"/>", "malformed"),
            ("<svg a=\"", "malformed"),
            ("<svg", "does not end"),
            ("<!--", "does not end"),
            ("<svg><!--><script>alert(1)</script>--></svg>", "a comment starts"),
            ("<svg><!---><script>alert(1)</script>--></svg>", "a comment starts"),
            ("<svg><!-- --!><script>alert(1)</script>--></svg>", "a comment starts"),
            ("<?xml ><script>alert(1)</script>?><svg/>", "declaration"),
            ("<?xml-stylesheet href=\"https://a.example/b.xsl\"?><svg/>", "declaration"),
            ("<svg><g style=\"mask:image-set('https://a.example' 1x)\"/></svg>", "outside"),
        ] {
            let found = check(bad.as_bytes()).unwrap_err();
            assert!(found.contains(expected), "{bad}: {found}");
        }
        assert!(check(&"<svg>".repeat(200).into_bytes()).unwrap_err().contains("deeply"));
        assert!(check(b"<svg>\xff</svg>").is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(<|>|/|svg|g|=|\"|'| |!--|-->|\\?|&|ä|url\\(|href|[a-z]){0,40}") {
            let _ = check(text.as_bytes());
            let _ = check(format!("<svg>{text}</svg>").as_bytes());
        }
    }
}
