//! An example call of an action, in three languages.

use super::code::html;
use super::context::code as inline;
use super::text::escape;
use super::{json, rust};
use crate::examples::{self, Example};
use crate::model::{Action, Extension};

/// The call in Rust with the action's example values, as statements in a function that gives
/// a `Result`; `None` if no value can be written.
pub fn rust(extension: &Extension, action: &Action) -> Option<String> {
    rust::call(extension, action, &examples::arguments(extension, action).value)
}

pub fn examples(extension: &Extension, action: &Action) -> String {
    let example = examples::arguments(extension, action);
    let arguments = json::arguments(extension, &action.parameters, &example.value);
    let open = open(&example);
    let rust = match rust::call(extension, action, &example.value) {
        Some(code) => panel("rust", "Rust", &code, &open),
        None => String::new(),
    };
    let json_panel = panel("json", "JSON", &arguments.lines(), &open);
    let package = &extension.package;
    let curl = format!(
        "curl http://localhost:PORT/v1/{}/{}/{} \\\n  --json '{}'",
        package.namespace,
        package.name,
        action.name,
        // A single quotation mark ends the shell's text: one behind a backslash, and on.
        arguments.lines().replace('\'', r"'\''"),
    );
    let server = "<p class=\"note\">For an extension that a platform server offers; <code>PORT</code> is the server’s.</p>";
    let curl = panel("curl", "curl", &curl, &format!("{server}{open}"));
    let label = escape(&format!("Example call of {}", action.name));
    format!(
        "<section class=\"calls\" aria-label=\"{label}\">\n{rust}{json_panel}{curl}</section>\n"
    )
}

fn panel(language: &str, name: &str, code: &str, notes: &str) -> String {
    format!(
        "<div class=\"call\" data-lang=\"{language}\">\n<h4>{name}</h4>\n<pre tabindex=\"0\"><code>{}</code></pre>\n{notes}</div>\n",
        html(code)
    )
}

/// What is to be put in the place of placeholders.
fn open(example: &Example) -> String {
    let items: Vec<String> = (example.open.iter())
        .map(|it| {
            format!(
                "<p class=\"note\">A placeholder: {} {}.</p>",
                inline(&it.path),
                escape(&it.reason)
            )
        })
        .collect();
    items.concat()
}
