//! The definition as OpenAPI: the actions of one extension, or of many, as the platform server
//! offers them over HTTP.
//!
//! Version 3.1 says everything, since its schemas are JSON Schema. Version 3.0 is for readers
//! of its time, and says less where it has no words ([`Version::V30`]).

mod operation;
mod problem;
mod query;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::{Extension, Type};
use crate::schema::{DIALECT, Dialect, Writer};

/// An extension, and where its actions are.
#[derive(Debug, Clone, Copy)]
pub struct Served<'a> {
    /// What it offers.
    pub definition: &'a Extension,
    /// What stands before `/ACTION`: `/v1/acme/orders`, or `/v1/acme/orders@1.2`.
    pub path: &'a str,
}

/// The version of OpenAPI.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    /// 3.1.0.
    #[default]
    V31,
    /// 3.0.3. Numbers do not have the texts `"NaN"` and `"Infinity"` there, elements of tuples
    /// and keys of maps no types, fields of a named type no descriptions and defaults of their
    /// own, and decimal numbers are texts.
    V30,
}

/// What a definition does not tell.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The version of OpenAPI.
    pub version: Version,
    /// The addresses at which paths start: `https://ext.example.com`. None stands for where the
    /// document was read.
    pub servers: Vec<String>,
    /// Whether calls need no token; one is accepted all the same.
    pub token_optional: bool,
}

/// The document.
pub fn render(documents: &[Served<'_>], options: &Options) -> Value {
    let dialect = match options.version {
        Version::V31 => Dialect::OpenApi31,
        Version::V30 => Dialect::OpenApi30,
    };
    let parts = parts(documents, dialect);
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut schemas = Map::new();
    for part in &parts {
        part.add_types(&mut schemas);
    }
    names.extend(schemas.keys().cloned());

    let problems = problem::Problems::new(&mut names);
    let mut operations = operation::Operations::new(&problems, names, &parts);
    let mut paths = Map::new();
    for part in &parts {
        for action in &part.definition.actions {
            let (path, item) = operations.item(part, action);
            paths.insert(path, item);
        }
    }
    let [own_schemas, mut responses] = operations.into_components();
    schemas.extend(own_schemas);

    let bearer = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the platform that covers the call.",
    });
    let mut components = json!({ "securitySchemes": { "bearer": bearer } });
    if !paths.is_empty() {
        schemas.extend(problems.schemas());
        responses.extend(problems.responses());
        components["responses"] = responses.into();
        components["headers"] = problem::headers();
        components["parameters"] = json!({ "RequestId": problem::request_id() });
    }
    if !schemas.is_empty() {
        components["schemas"] = schemas.into();
    }
    let mut document = json!({
        "openapi": match options.version {
            Version::V31 => "3.1.0",
            Version::V30 => "3.0.3",
        },
        "info": info(&parts, options.version),
        "paths": paths,
        "components": components,
        "security": match options.token_optional {
            true => json!([{}, { "bearer": [] }]),
            false => json!([{ "bearer": [] }]),
        },
        "tags": parts.iter().map(Part::described_tag).collect::<Vec<_>>(),
    });
    if options.version == Version::V31 {
        document["jsonSchemaDialect"] = DIALECT.into();
    }
    document["servers"] = match options.servers.as_slice() {
        [] => json!([{ "url": "/", "description": "The server that runs the extensions." }]),
        servers => servers.iter().map(|it| json!({ "url": it })).collect(),
    };
    document
}

/// One extension in the document.
struct Part<'a> {
    definition: &'a Extension,
    path: &'a str,
    /// What stands before its names: `acme__orders__`, the same in every document.
    scope: String,
    tag: String,
    /// Writes what callers send.
    writer: Writer<'a>,
    /// Writes what they get.
    answers: Writer<'a>,
}

fn parts<'a>(documents: &[Served<'a>], dialect: Dialect) -> Vec<Part<'a>> {
    let mut scopes = BTreeSet::new();
    let mut parts = Vec::new();
    for Served { definition, path } in documents {
        let package = &definition.package;
        // As the path pins it: several versions may be in one document.
        let pinned = path.rsplit_once('@').map_or("", |(_, version)| version.trim_matches('/'));
        let (mut tag, mut scope) = (package.id(), scope(&package.namespace, &package.name));
        let same = |it: &&Served<'_>| it.definition.package.id() == package.id();
        if !pinned.is_empty() && documents.iter().filter(same).count() > 1 {
            tag = format!("{tag}@{pinned}");
            scope = format!("{scope}__{}", identifier(pinned));
        }
        let scope = unique(&mut scopes, &scope) + "__";
        let place = format!("#/components/schemas/{scope}");
        let writer = Writer::new(definition, dialect, place.clone());
        let answers = Writer::new(definition, dialect, place).for_answers();
        let path = path.trim_end_matches('/');
        parts.push(Part { definition, path, scope, tag, writer, answers });
    }
    parts
}

/// A name that is not there yet, which is there from now on.
fn unique(names: &mut BTreeSet<String>, wanted: &str) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut candidates = std::iter::once(wanted.to_owned()).chain(numbered);
    let free = candidates.find(|it| !names.contains(it)).unwrap_or_default();
    names.insert(free.clone());
    free
}

/// The scope of a package's names. Both parts are in kebab case: neither has two hyphens side by
/// side, so that two underscores divide them and no other package has the same scope.
fn scope(namespace: &str, name: &str) -> String {
    format!("{}__{}", identifier(namespace), identifier(name))
}

/// Only characters that identifiers have.
fn identifier(text: &str) -> String {
    text.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect()
}

impl Part<'_> {
    /// The schemas of the named types that actions reach.
    fn add_types(&self, schemas: &mut Map<String, Value>) {
        let actions = &self.definition.actions;
        let given = actions.iter().flat_map(|it| &it.parameters).map(|it| &it.ty);
        let answered = actions.iter().flat_map(|it| it.result.iter().chain(&it.error));
        let answered: Vec<&Type> = answered.collect();
        let in_answers = self.definition.reached(answered.iter().copied());
        let in_requests = self.definition.reached(given);
        let all: BTreeMap<_, _> = in_requests.iter().chain(&in_answers).collect();
        for (name, definition) in all {
            // One schema for both directions: callers send back what they got. Then it is that of
            // requests, which says `number` for floats.
            let writer = if in_requests.contains_key(name) { &self.writer } else { &self.answers };
            // Callers read what an answer has, secrets too.
            let schema = writer.definition(definition, !in_answers.contains_key(name));
            schemas.insert(format!("{}{name}", self.scope), schema);
        }
    }

    fn described_tag(&self) -> Value {
        let package = &self.definition.package;
        let mut tag = json!({ "name": self.tag });
        let described = [package.title.as_str(), package.description.as_str()];
        let described: Vec<&str> = described.into_iter().filter(|it| !it.is_empty()).collect();
        tag["description"] = match described.as_slice() {
            [] => format!("The actions of {}.", self.tag).into(),
            described => described.join("\n\n").into(),
        };
        if package.homepage.starts_with("https://") || package.homepage.starts_with("http://") {
            tag["externalDocs"] = json!({ "url": package.homepage });
        }
        tag
    }
}

/// What the document is about: its extension, if there is one only.
fn info(parts: &[Part<'_>], version: Version) -> Value {
    let [Part { definition, .. }] = parts else {
        return json!({ "title": "Extensions", "version": "1" });
    };
    let package = &definition.package;
    let title = if package.title.is_empty() { package.id() } else { package.title.clone() };
    let mut info = json!({ "title": title, "version": package.version });
    if !package.description.is_empty() {
        info["description"] = package.description.clone().into();
    }
    if !package.license.is_empty() {
        info["license"] = json!({ "name": package.license });
        if version == Version::V31 {
            info["license"]["identifier"] = package.license.clone().into();
        }
    }
    info
}

#[cfg(test)]
mod tests;
