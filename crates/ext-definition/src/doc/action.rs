//! An action.

use super::context::{Context, action_anchor, code};
use super::text::escape;
use super::{call, fields};
use crate::model::{Action, Kind, Type};

/// Longest signature that stays on one line.
const SIGNATURE: usize = 64;

/// All about it.
pub fn article(context: &Context<'_>, action: &Action) -> String {
    let Action { name, description, options, parameters, .. } = action;
    let mut badges = String::new();
    if options.function {
        badges += " <span class=\"badge\" title=\"The same arguments give the same result\">pure function</span>";
    }
    if options.deprecated.is_some() {
        badges += " <span class=\"badge old\">deprecated</span>";
    }
    let title = match options.title.as_str() {
        "" => String::new(),
        title => format!("<p class=\"title\">{}</p>\n", escape(title)),
    };
    let former = options.renamed_from.as_ref();
    let former = former.map(|it| format!("<p class=\"was\">Was {}.</p>\n", code(it)));
    let parameters = match parameters.is_empty() {
        true => String::new(),
        false => format!("<h4>Parameters</h4>\n{}", fields::list(context, parameters)),
    };
    let anchor = escape(&action_anchor(name));
    format!(
        "<article id=\"{anchor}\" data-kind=\"action\">\n<div class=\"words\">\n\
         <h3><a class=\"name\" href=\"#{anchor}\">{}</a>{badges}</h3>\n{title}{}\
         <div class=\"about\">{}{}</div>\n{}{parameters}{}{}</div>\n{}</article>\n",
        escape(name),
        signature(context, action),
        fields::deprecated(options.deprecated.as_deref()),
        context.description(description),
        former.unwrap_or_default(),
        gives(context, action),
        fails(context, action),
        call::examples(context.extension, action),
    )
}

fn signature(context: &Context<'_>, action: &Action) -> String {
    let mut plain = action.name.len();
    let mut parameters = Vec::new();
    for parameter in &action.parameters {
        plain += parameter.name.len() + parameter.ty.to_string().len() + 4;
        parameters.push(format!(
            "<span class=\"parameter\">{}: {}</span>",
            escape(&parameter.name),
            context.ty(&parameter.ty)
        ));
    }
    let mut outcome = String::new();
    if let Some(result) = &action.result {
        plain += result.to_string().len() + 4;
        outcome += &format!(" → {}", context.ty(result));
    }
    if let Some(error) = action.error.as_ref().filter(|it| **it != Type::Unit) {
        plain += error.to_string().len() + 4;
        outcome += &format!(" or {}", context.ty(error));
    }
    let class = if plain > SIGNATURE { "signature long" } else { "signature" };
    format!(
        "<p class=\"{class}\"><code>{}({}){outcome}</code></p>\n",
        escape(&action.name),
        parameters.join("<span class=\"comma\">, </span>"),
    )
}

fn gives(context: &Context<'_>, action: &Action) -> String {
    match &action.result {
        None => String::new(),
        Some(Type::Tuple(elements)) if !action.options.outputs.is_empty() => {
            let outputs = action.options.outputs.iter().zip(elements).map(|(name, ty)| {
                format!(
                    "<div><dt><code class=\"name\">{}</code> <code class=\"type\">{}</code></dt></div>\n",
                    escape(name),
                    context.ty(ty)
                )
            });
            format!("<h4>Gives</h4>\n<dl class=\"fields\">\n{}</dl>\n", outputs.collect::<String>())
        }
        Some(result) => {
            format!("<h4>Gives</h4>\n<p><code class=\"type\">{}</code></p>\n", context.ty(result))
        }
    }
}

fn fails(context: &Context<'_>, action: &Action) -> String {
    let Some(error) = &action.error else { return String::new() };
    if *error == Type::Unit {
        return "<h4>Can fail</h4>\n<p>It gives no reason.</p>\n".into();
    }
    let named = match error {
        Type::Named(name) => context.extension.types.iter().find(|it| it.name == *name),
        _ => None,
    };
    let cases = match named.map(|it| &it.kind) {
        Some(Kind::Enum { cases } | Kind::Variant { cases }) => super::types::cases(context, cases),
        _ => String::new(),
    };
    format!(
        "<h4>Fails with</h4>\n<p><code class=\"type\">{}</code></p>\n{cases}",
        context.ty(error)
    )
}
