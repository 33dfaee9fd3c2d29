use super::*;
use crate::model::{Action, FORMAT, TypeDefinition};
use serde_json::{Value, json};

/// A definition whose every text is the same.
fn hostile(text: &str) -> Extension {
    let case = json!({ "name": text, "description": text, "json_name": text, "message": text });
    let rules = json!({
        "default": text, "example": { text: text }, "pattern": text, "renamed_from": text,
        "json_name": text, "deprecated": text,
    });
    let field = json!({ "name": text, "description": text, "type": "string", "rules": rules });
    let other = json!({ "name": text, "type": { "named": text } });
    let types = json!([
        { "name": text, "description": text, "kind": "variant", "cases": [case, { "name": text }] },
        { "name": format!("{text}2"), "description": text, "kind": "structure", "fields": [field, other] },
    ]);
    let options = json!({
        "title": text, "icon": text, "group": text, "outputs": [text], "renamed_from": text,
        "deprecated": text,
    });
    let actions = json!([{
        "name": text, "description": text, "options": options, "parameters": [field, other],
        "result": { "tuple": [{ "named": text }] }, "error": { "named": text },
    }]);
    let package = json!({
        "namespace": text, "name": text, "version": text, "title": text, "description": text,
        "license": text, "repository": text, "authors": [text], "databases": [text],
        "permissions": { "http": [text], "environment": [text], "folders": [text] },
    });
    let read = |value: Value| -> Vec<TypeDefinition> { serde_json::from_value(value).unwrap() };
    let actions: Vec<Action> = serde_json::from_value(actions).unwrap();
    let package = serde_json::from_value(package).unwrap();
    Extension { format: FORMAT, package, actions, types: read(types) }
}

/// Every attribute that a page has.
const ATTRIBUTES: &[&str] = &[
    "aria-hidden",
    "aria-keyshortcuts",
    "aria-label",
    "aria-labelledby",
    "autocomplete",
    "charset",
    "class",
    "content",
    "data-kind",
    "data-lang",
    "for",
    "hidden",
    "href",
    "html",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "placeholder",
    "rel",
    "role",
    "spellcheck",
    "tabindex",
    "title",
    "type",
];

/// The page without its own style and script.
fn markup(page: &str) -> String {
    page.replace(STYLE, "").replace(SCRIPT, "")
}

#[test]
fn texts_stay_texts() {
    for text in [
        "<script>alert(1)</script>",
        "</style></script><img src=x onerror=alert(1)>",
        "\"><img src=x>",
        "' onmouseover='alert(1)",
        "[x](javascript:alert(1)) <a href=\"javascript:alert(1)\">x</a>",
        "```\n</code></pre><b>",
        "<!-- ",
        "\u{0}\u{7f}\u{202e}",
    ] {
        let page = markup(&page(&hostile(text)));
        for (tag, count) in [
            ("<script", 1),
            ("</script", 1),
            ("<style", 1),
            ("</style", 1),
            ("<img", 0),
            ("<!--", 0),
            ("<b>", 0),
        ] {
            assert_eq!(page.matches(tag).count(), count, "{tag} for {text}");
        }
        assert!(!page.contains("href=\"javascript"), "{text}");
        for tag in page.split('<').skip(1).filter_map(|it| it.split_once('>')) {
            // Outside of quotation marks are the names of attributes, and those are ours.
            for name in tag.0.split('"').step_by(2).flat_map(str::split_whitespace).skip(1) {
                assert!(ATTRIBUTES.contains(&name.trim_end_matches('=')), "{text}: <{}>", tag.0);
            }
        }
    }
    let link = |repository: &str| {
        let mut extension = hostile("x");
        extension.package.repository = repository.into();
        page(&extension)
    };
    assert!(link("https://example.com/").contains("<a href=\"https://example.com/\" rel"));
    assert!(!link("javascript:x").contains("href=\"javascript:x\""));
}

#[test]
fn the_page_needs_nothing_else() {
    let page = markup(&page(&hostile("x")));
    for outside in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside) && !STYLE.contains(outside), "{outside}");
    }
}
