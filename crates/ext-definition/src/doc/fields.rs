//! Parameters and fields.

use super::context::{Context, code};
use super::text::escape;
use crate::model::{Field, Rules, Type};

/// A list of them, each with all that is said about it.
pub fn list(context: &Context<'_>, fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().map(|it| field(context, it)).collect();
    format!("<dl class=\"fields\">\n{}</dl>\n", fields.concat())
}

fn field(context: &Context<'_>, field: &Field) -> String {
    let Field { name, description, ty, rules } = field;
    let given = match &rules.default {
        Some(default) => {
            format!("<span class=\"given\">default {}</span>", code(&default.to_string()))
        }
        None if field.is_mandatory() => "<span class=\"given must\">mandatory</span>".into(),
        None => "<span class=\"given\">optional</span>".into(),
    };
    let secret = if rules.secret { " <span class=\"badge\">secret</span>" } else { "" };
    let old = if rules.deprecated.is_some() {
        " <span class=\"badge old\">deprecated</span>"
    } else {
        ""
    };
    format!(
        "<div><dt><code class=\"name\">{}</code> <code class=\"type\">{}</code> {given}{secret}{old}</dt>\n<dd>{}{}{}</dd></div>\n",
        escape(name),
        context.ty(ty),
        deprecated(rules.deprecated.as_deref()),
        context.description(description),
        said(rules, ty),
    )
}

/// What to use instead.
pub fn deprecated(instead: Option<&str>) -> String {
    let said =
        |it: &str| format!("<p class=\"instead\"><strong>Deprecated:</strong> {}</p>", escape(it));
    instead.map(said).unwrap_or_default()
}

/// The rules in words, and names and values.
fn said(rules: &Rules, ty: &Type) -> String {
    let mut said: Vec<String> = rules.conditions(ty).iter().map(|it| escape(it)).collect();
    said.extend(rules.pattern.as_ref().map(|it| format!("matches {}", code(it))));
    said.extend(rules.json_name.as_ref().map(|it| format!("in JSON {}", code(it))));
    said.extend(rules.renamed_from.as_ref().map(|it| format!("was {}", code(it))));
    said.extend(rules.example.as_ref().map(|it| format!("example {}", code(&it.to_string()))));
    let said: Vec<String> = said.iter().map(|it| format!("<li>{it}</li>")).collect();
    if said.is_empty() {
        String::new()
    } else {
        format!("<ul class=\"rules\">{}</ul>", said.concat())
    }
}
