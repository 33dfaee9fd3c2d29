//! The top of a page, and the way through it.

use super::context::{Context, action_anchor, code, link, type_anchor};
use super::text::{escape, is_link, link_to};
use crate::client;
use crate::outline;

/// The heading of a group.
pub fn group_name(name: &str) -> &str {
    if name.is_empty() { "Actions" } else { name }
}

/// The search and the list of all that there is.
pub fn navigation(context: &Context<'_>) -> String {
    let package = &context.extension.package;
    let list = |id: &str, name: &str, entries: Vec<String>| {
        format!(
            "<p class=\"part\"><a href=\"#{id}\">{}</a></p>\n<ul>\n{}</ul>\n",
            escape(name),
            entries.concat()
        )
    };
    let entry = |anchor: &str, name: &str| format!("<li>{}</li>\n", link(anchor, name));
    let mut lists = String::new();
    for (index, group) in outline::groups(context.extension).into_iter().enumerate() {
        let entries = group.actions.iter().map(|it| entry(&action_anchor(&it.name), &it.name));
        lists += &list(&format!("group-{index}"), group_name(group.name), entries.collect());
    }
    if !context.extension.types.is_empty() {
        let entries = context.extension.types.iter();
        let entries = entries.map(|it| entry(&type_anchor(&it.name), &it.name)).collect();
        lists += &list("types", "Types", entries);
    }
    format!(
        "<header class=\"side\">\n<div class=\"bar\">\n\
         <a class=\"home\" href=\"#content\">{}</a> <span class=\"version\">{}</span>\n\
         <button type=\"button\" id=\"theme\" hidden></button>\n</div>\n\
         <search id=\"search-bar\" hidden>\n<label for=\"search\">Search actions and types</label>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Search\" autocomplete=\"off\" spellcheck=\"false\" aria-keyshortcuts=\"/\">\n\
         <kbd aria-hidden=\"true\">/</kbd>\n\
         <p id=\"found\" role=\"status\"></p>\n</search>\n\
         <nav aria-label=\"Actions and types\">\n<details open>\n<summary>Contents</summary>\n{lists}</details>\n</nav>\n</header>\n",
        escape(context.title()),
        escape(&package.version),
    )
}

/// What the package is, how to get it, and what it asks for.
pub fn header(context: &Context<'_>) -> String {
    let package = &context.extension.package;
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push(format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"));
        }
    };
    fact("Package", code(&package.id()));
    fact("Version", escape(&package.version));
    fact("Licence", escape(&package.license));
    fact("Authors", escape(&package.authors.join(", ")));
    fact("Repository", address(&package.repository));
    fact("Databases", escape(&package.databases.join(", ")));
    format!(
        "<header class=\"package\">\n<h1>{}</h1>\n<div class=\"lead\">{}</div>\n<dl class=\"facts\">\n{}</dl>\n{}{}</header>\n",
        escape(context.title()),
        context.description(&package.description),
        facts.concat(),
        permissions(context),
        usage(context),
    )
}

fn address(address: &str) -> String {
    match is_link(address) {
        true => format!("{}{}</a>", link_to(address), escape(address)),
        false => escape(address),
    }
}

fn permissions(context: &Context<'_>) -> String {
    let permissions = &context.extension.package.permissions;
    let list = |items: &[String]| items.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
    let asked: Vec<String> = [
        ("HTTP requests to", &permissions.http),
        ("the environment variables", &permissions.environment),
        ("the folders", &permissions.folders),
    ]
    .into_iter()
    .filter(|(_, items)| !items.is_empty())
    .map(|(what, items)| format!("<li>{what} {}</li>\n", list(items)))
    .collect();
    match asked.is_empty() {
        true => "<p class=\"asks\">Asks for nothing outside its sandbox: no network, no files, no environment.</p>\n".into(),
        false => format!(
            "<div class=\"asks\"><p>Asks for more than its sandbox has:</p>\n<ul>\n{}</ul></div>\n",
            asked.concat()
        ),
    }
}

fn usage(context: &Context<'_>) -> String {
    let package = &context.extension.package;
    let add = format!("cargo ext add {}@{}", package.id(), package.version);
    let client = format!(
        "mod extensions {{\n    ext_host::extensions!();\n}}\nuse extensions::{}::{};",
        client::module(package, false),
        client::client(context.extension)
    );
    format!(
        "<section class=\"usage\" aria-labelledby=\"use\">\n<h2 id=\"use\">Use it</h2>\n\
         <p>In an application’s folder:</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n\
         <p>Then, in its source:</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</section>\n",
        escape(&add),
        escape(&client),
    )
}
