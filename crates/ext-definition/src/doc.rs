//! The definition as one HTML page that needs nothing else: no network, no other file.
//!
//! Whatever a definition says is shown as text; a policy in the page lets no script and no
//! style run but its own, and nothing be loaded. Without scripts everything is shown, and
//! nothing can be searched.
//!
//! What the page's script does can be asked for behind the `#` of its address:
//! `#search=order&theme=dark&lang=json`.

mod action;
mod call;
mod code;
mod context;
mod fields;
mod head;
mod json;
mod rust;
mod text;
mod types;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

pub use call::rust as rust_call;

use crate::model::Extension;
use crate::outline;
use context::Context;
use text::escape;

const STYLE: &str = include_str!("doc/style.css");
const SCRIPT: &str = include_str!("doc/script.js");

/// The policy that is in every page, for the header of whoever serves one.
pub fn policy() -> String {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// An author's Markdown as HTML for other pages: whatever HTML is in it stays a text.
pub fn description(markdown: &str) -> String {
    text::markdown(markdown, &|_| None)
}

/// Renders the page.
pub fn page(extension: &Extension) -> String {
    let context = Context::new(extension);
    let package = &extension.package;
    let policy = policy();
    let title = escape(&format!("{} {} ({})", context.title(), package.version, package.id()));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"cargo ext\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the content</a>\n\
         {}<main id=\"content\">\n{}{}{}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        head::navigation(&context),
        head::header(&context),
        actions(&context),
        types(&context),
    )
}

fn actions(context: &Context<'_>) -> String {
    let mut out = String::new();
    for (index, group) in outline::groups(context.extension).into_iter().enumerate() {
        let actions: Vec<String> =
            group.actions.iter().map(|it| action::article(context, it)).collect();
        out += &format!(
            "<section class=\"group\" aria-labelledby=\"group-{index}\">\n<h2 id=\"group-{index}\">{}</h2>\n{}</section>\n",
            escape(head::group_name(group.name)),
            actions.concat(),
        );
    }
    out
}

fn types(context: &Context<'_>) -> String {
    let types = &context.extension.types;
    if types.is_empty() {
        return String::new();
    }
    let articles: Vec<String> = types.iter().map(|it| types::article(context, it)).collect();
    format!(
        "<section class=\"group\" aria-labelledby=\"types\">\n<h2 id=\"types\">Types</h2>\n{}</section>\n",
        articles.concat()
    )
}

#[cfg(test)]
mod tests;
