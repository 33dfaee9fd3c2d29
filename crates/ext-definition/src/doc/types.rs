//! A type of the extension's own.

use super::context::{Context, action_anchor, code, link, type_anchor};
use super::fields;
use super::text::escape;
use crate::model::{Case, Kind, TypeDefinition};

/// More users than this are not all shown at once.
const USERS: usize = 12;

/// All about it.
pub fn article(context: &Context<'_>, ty: &TypeDefinition) -> String {
    let (kind, parts) = match &ty.kind {
        Kind::Structure { fields } => ("structure", fields::list(context, fields)),
        Kind::Enum { cases: list } => ("enum", cases(context, list)),
        Kind::Variant { cases: list } => ("variant", cases(context, list)),
    };
    let anchor = escape(&type_anchor(&ty.name));
    format!(
        "<article id=\"{anchor}\" data-kind=\"type\">\n<div class=\"words\">\n\
         <h3><a class=\"name\" href=\"#{anchor}\">{}</a> <span class=\"badge\">{kind}</span></h3>\n\
         <div class=\"about\">{}</div>\n{parts}{}</div>\n</article>\n",
        escape(&ty.name),
        context.description(&ty.description),
        users(context, &ty.name),
    )
}

/// The cases of an enum or variant. Those of which there is nothing to say but the name stand
/// together.
pub fn cases(context: &Context<'_>, cases: &[Case]) -> String {
    let is_plain = |case: &&Case| {
        case.description.is_empty()
            && case.ty.is_none()
            && case.message.is_none()
            && case.json_name.is_none()
    };
    let (plain, rich): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(is_plain);
    let mut out = String::new();
    if !rich.is_empty() {
        let rich: Vec<String> = rich.into_iter().map(|it| case(context, it)).collect();
        out += &format!("<dl class=\"fields\">\n{}</dl>\n", rich.concat());
    }
    if !plain.is_empty() {
        let plain: Vec<String> = plain.into_iter().map(|it| code(&it.name)).collect();
        out += &format!("<p class=\"names\">{}</p>\n", plain.join(" "));
    }
    out
}

fn case(context: &Context<'_>, case: &Case) -> String {
    let data = case.ty.as_ref();
    let data = data.map(|ty| format!(" <code class=\"type\">{}</code>", context.ty(ty)));
    let json = case.json_name.as_ref().map(|it| format!("<li>in JSON {}</li>", code(it)));
    let message = case.message.as_ref().map(|it| format!("<li>says “{}”</li>", escape(it)));
    let said = [message, json].into_iter().flatten().collect::<String>();
    let said = if said.is_empty() { said } else { format!("<ul class=\"rules\">{said}</ul>") };
    format!(
        "<div><dt><code class=\"name\">{}</code>{}</dt>\n<dd>{}{said}</dd></div>\n",
        escape(&case.name),
        data.unwrap_or_default(),
        context.description(&case.description),
    )
}

fn users(context: &Context<'_>, name: &str) -> String {
    let Some(users) = context.users.get(name) else { return String::new() };
    let actions = users.actions.iter().map(|it| link(&action_anchor(it), it));
    let links: Vec<String> =
        actions.chain(users.types.iter().map(|it| link(&type_anchor(it), it))).collect();
    if links.len() <= USERS {
        return format!("<p class=\"users\">Used by {}</p>\n", links.join(", "));
    }
    format!(
        "<details class=\"users\"><summary>Used by {} actions and types</summary><p>{}</p></details>\n",
        links.len(),
        links.join(", ")
    )
}
