//! `cargo ext inspect`: what an extension offers.

mod package;

use std::fmt::Write;

use ext_definition::artifact::definition;
use ext_definition::model::{Case, Extension, Field, Kind, Type};
use ext_definition::{markdown, openapi, schema};

use crate::cli::{Common, Format, Inspect, OpenapiVersion};
use crate::failure::Failure;
use crate::pack;
use crate::shell::Shell;
use crate::store;

pub fn run(arguments: &Inspect, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let package = arguments.package.as_deref();
    let component = store::chosen(package, &arguments.building, common, shell)?;
    let text = match arguments.format {
        Format::Wit => pack::wit_text(&component)?,
        Format::Schema => pretty(&schema::render(&definition(&component)?)),
        Format::Openapi => pretty(&openapi(&definition(&component)?, arguments.openapi_version)),
        Format::Json => definition(&component)?.to_json(),
        Format::Markdown => markdown::render(&definition(&component)?),
        Format::Table => table(&definition(&component)?, component.len()),
    };
    shell.print(text.trim_end());
    Ok(())
}

/// Strings, numbers and string keys only: writing them cannot fail.
fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// As a platform server offers it, wherever that is.
fn openapi(extension: &Extension, version: OpenapiVersion) -> serde_json::Value {
    let path = format!("/v1/{}/{}", extension.package.namespace, extension.package.name);
    let version = match version {
        OpenapiVersion::V31 => openapi::Version::V31,
        OpenapiVersion::V30 => openapi::Version::V30,
    };
    let options = openapi::Options { version, ..Default::default() };
    openapi::render(&[openapi::Served { definition: extension, path: &path }], &options)
}

/// The definition for people. Writing to a `String` cannot fail.
fn table(extension: &Extension, bytes: usize) -> String {
    let mut out = String::new();
    package::about(&mut out, &extension.package, bytes);
    let _ = writeln!(out, "\nActions");
    for action in &extension.actions {
        let answer = action.result.as_ref().map(|ty| format!(" -> {ty}")).unwrap_or_default();
        let error = action.error.as_ref().map(|ty| format!(" or error {ty}")).unwrap_or_default();
        let _ = writeln!(out, "  {}{answer}{error}", action.name);
        let options = &action.options;
        for (word, text) in [
            ("", options.title.as_str()),
            ("icon: ", &options.icon),
            ("group: ", &options.group),
            ("outputs: ", &options.outputs.join(", ")),
            ("was: ", options.renamed_from.as_deref().unwrap_or_default()),
            ("deprecated: ", options.deprecated.as_deref().unwrap_or_default()),
            ("", if options.function { "a pure function" } else { "" }),
        ] {
            if !text.is_empty() {
                let _ = writeln!(out, "      {word}{text}");
            }
        }
        paragraph(&mut out, "      ", &action.description);
        fields(&mut out, &action.parameters);
    }
    if !extension.types.is_empty() {
        let _ = writeln!(out, "\nTypes");
    }
    for ty in &extension.types {
        let kind = match &ty.kind {
            Kind::Structure { .. } => "structure",
            Kind::Enum { .. } => "enum",
            Kind::Variant { .. } => "variant",
        };
        let _ = writeln!(out, "  {} ({kind})", ty.name);
        paragraph(&mut out, "      ", &ty.description);
        match &ty.kind {
            Kind::Structure { fields: list } => fields(&mut out, list),
            Kind::Enum { cases } | Kind::Variant { cases } => {
                rows(
                    &mut out,
                    cases.iter().map(|Case { name, description, ty, .. }| {
                        (name, ty.as_ref().map(Type::to_string).unwrap_or_default(), description)
                    }),
                );
            }
        }
    }
    out
}

fn fields(out: &mut String, fields: &[Field]) {
    rows(
        out,
        fields.iter().map(|Field { name, description, ty, rules }| {
            let rules = rules.summary();
            let rules =
                if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
            (name, format!("{ty}{rules}"), description)
        }),
    );
}

fn rows<'a>(out: &mut String, rows: impl Iterator<Item = (&'a String, String, &'a String)>) {
    let rows: Vec<_> = rows.collect();
    let width = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0).min(40);
    let names = width(&mut rows.iter().map(|(name, ..)| name.len()));
    let types = width(&mut rows.iter().map(|(_, ty, _)| ty.len()));
    for (name, ty, description) in rows {
        let first = description.lines().next().unwrap_or_default();
        let row = format!("    {name:<names$}  {ty:<types$}  {first}");
        let _ = writeln!(out, "{}", row.trim_end());
    }
}

fn paragraph(out: &mut String, indent: &str, text: &str) {
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let _ = writeln!(out, "{indent}{line}");
    }
}
