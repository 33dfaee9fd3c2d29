//! Source text for a definition, twice: with our attributes, and with wit-bindgen's macro.
//!
//! An action gives back the first parameter that has its result's type, or its parameters
//! as the fields of the structure that it answers with; others are left out of both.

use std::collections::BTreeMap;
use std::fmt::Write;

use ext_definition::model::{Action, Extension, Field, Kind, Type, TypeDefinition};
use ext_definition::naming::{kebab, pascal, snake};

/// The definition with those actions only that can be written here.
pub fn writable(definition: &Extension) -> Extension {
    let types = definition.types_by_name();
    let mut written = definition.clone();
    written.actions.retain(|action| body(action, &types).is_some());
    let used = definition.reached(written.actions.iter().flat_map(|action| {
        let parameters = action.parameters.iter().map(|it| &it.ty);
        parameters.chain(&action.result).chain(&action.error)
    }));
    let kept: Vec<TypeDefinition> = used.into_values().cloned().collect();
    written.types = kept;
    written
}

/// What an action does.
enum Body<'a> {
    /// Gives back this parameter.
    Parameter(&'a str),
    /// Gives back all of them, in this structure.
    Structure(&'a str),
}

/// A type that wit-bindgen has as well, and that can be written in the same way.
fn is_plain(ty: &Type, types: &BTreeMap<&str, &TypeDefinition>) -> bool {
    match ty {
        Type::Array(_) => false,
        Type::Map(both) => both.0 == Type::String && is_plain(&both.1, types),
        Type::Named(name) => types
            .get(name.as_str())
            .is_some_and(|ty| ty.uses().iter().all(|it| is_plain(it, types))),
        ty => ty.platform_name().is_none() && ty.children().iter().all(|it| is_plain(it, types)),
    }
}

fn body<'a>(action: &'a Action, types: &BTreeMap<&str, &TypeDefinition>) -> Option<Body<'a>> {
    // wit-bindgen has none of the platform's types.
    let plain = |field: &Field| field.rules.is_empty() && is_plain(&field.ty, types);
    if !action.parameters.iter().all(plain) {
        return None;
    }
    let result = result(action)?;
    if let Some(parameter) = action.parameters.iter().find(|it| it.ty == result) {
        return Some(Body::Parameter(&parameter.name));
    }
    let Some(Type::Named(name)) = &action.result else { return None };
    let Kind::Structure { fields } = &types.get(name.as_str())?.kind else { return None };
    let same = |(field, parameter): (&Field, &Field)| {
        field.name == parameter.name && field.ty == parameter.ty
    };
    let all =
        fields.len() == action.parameters.len() && fields.iter().zip(&action.parameters).all(same);
    (all && action.error.is_none()).then_some(Body::Structure(name))
}

/// What an action answers with, errors included.
fn result(action: &Action) -> Option<Type> {
    match (&action.result, &action.error) {
        (result, Some(error)) => {
            Some(Type::Result(Box::new((result.clone().unwrap_or(Type::Unit), error.clone()))))
        }
        (result, None) => result.clone(),
    }
}

/// With `#[ext_action]` and the derives.
pub fn attributes(definition: &Extension) -> String {
    let writer = Writer { definition, bindgen: false };
    let mut out = String::from("//! Generated.\n\nuse ext_runtime::prelude::*;\n");
    for ty in &definition.types {
        writer.type_definition(&mut out, ty);
    }
    for action in &definition.actions {
        let _ = write!(out, "\n{}#[ext_action]\n", docs(&action.description));
        writer.function(&mut out, "pub ", action);
    }
    out
}

/// With `wit_bindgen::generate!`.
pub fn bindgen(definition: &Extension) -> String {
    let writer = Writer { definition, bindgen: true };
    let mut out = bindgen_head(definition);
    for action in &definition.actions {
        writer.function(&mut out, "", action);
    }
    out.push_str("}\n\nexport!(Component);\n");
    out
}

/// What stands before the functions of an implementation with `wit_bindgen::generate!`.
pub fn bindgen_head(definition: &Extension) -> String {
    let package = &definition.package;
    format!(
        "//! Generated.\n#![allow(unused_imports)]\n\n\
         wit_bindgen::generate!({{ path: \"wit\" }});\n\n\
         use exports::{}::{}::actions as types;\n\n\
         struct Component;\n\n\
         impl types::Guest for Component {{\n",
        identifier(&snake(&package.namespace), true),
        identifier(&snake(&package.name), true),
    )
}

struct Writer<'a> {
    definition: &'a Extension,
    bindgen: bool,
}

// Writing to a `String` cannot fail: the results of `write!` are not looked at.
impl Writer<'_> {
    fn type_definition(&self, out: &mut String, ty: &TypeDefinition) {
        let (word, derive) = match ty.kind {
            Kind::Structure { .. } => ("struct", "ExtStructure"),
            _ => ("enum", "ExtEnum"),
        };
        let _ = write!(
            out,
            "\n{}#[derive({derive})]\npub {word} {} {{\n",
            docs(&ty.description),
            ty.name
        );
        match &ty.kind {
            Kind::Structure { fields } => {
                for field in fields {
                    let (name, ty) = (self.identifier(&field.name), self.ty(&field.ty));
                    let _ = writeln!(out, "{}    pub {name}: {ty},", docs(&field.description));
                }
            }
            Kind::Enum { cases } | Kind::Variant { cases } => {
                for case in cases {
                    let data =
                        case.ty.as_ref().map(|ty| format!("({})", self.ty(ty))).unwrap_or_default();
                    let _ = writeln!(out, "{}    {}{data},", docs(&case.description), case.name);
                }
            }
        }
        out.push_str("}\n");
    }

    fn function(&self, out: &mut String, visible: &str, action: &Action) {
        let Some(body) = body(action, &self.definition.types_by_name()) else { return };
        let _ = write!(out, "{visible}fn {}(", self.identifier(&action.name));
        let mut ignored = Vec::new();
        for parameter in &action.parameters {
            let (name, ty) = (self.identifier(&parameter.name), self.ty(&parameter.ty));
            let docs = if self.bindgen { String::new() } else { docs(&parameter.description) };
            let _ = write!(out, "\n{docs}{name}: {ty},");
            ignored.push(name);
        }
        let answer = result(action).map(|ty| format!(" -> {}", self.ty(&ty))).unwrap_or_default();
        let _ = writeln!(out, "){answer} {{");
        match body {
            Body::Parameter(name) => {
                let name = self.identifier(name);
                for ignored in ignored.iter().filter(|it| **it != name) {
                    let _ = writeln!(out, "    let _ = {ignored};");
                }
                let _ = writeln!(out, "    {name}\n}}");
            }
            Body::Structure(name) => {
                let _ = writeln!(out, "    {} {{ {} }}\n}}", self.named(name), ignored.join(", "));
            }
        }
    }

    fn identifier(&self, name: &str) -> String {
        let name = if self.bindgen { snake(name) } else { name.to_owned() };
        identifier(&name, self.bindgen)
    }

    fn named(&self, name: &str) -> String {
        if !self.bindgen {
            return name.to_owned();
        }
        // As in the rendered interface, where types and functions share their names.
        let name = kebab(name);
        let is_action = self.definition.actions.iter().any(|action| kebab(&action.name) == name);
        format!("types::{}{}", pascal(&name), if is_action { "Type" } else { "" })
    }

    fn ty(&self, ty: &Type) -> String {
        let name = match ty {
            Type::List(of) => return format!("Vec<{}>", self.ty(of)),
            Type::Option(of) => return format!("Option<{}>", self.ty(of)),
            Type::Result(both) => {
                return format!("Result<{}, {}>", self.ty(&both.0), self.ty(&both.1));
            }
            Type::Map(both) => {
                let (key, value) = (self.ty(&both.0), self.ty(&both.1));
                return match self.bindgen {
                    true => format!("Vec<({key}, {value})>"),
                    false => format!("std::collections::BTreeMap<{key}, {value}>"),
                };
            }
            Type::Tuple(elements) => {
                let elements: Vec<String> =
                    elements.iter().map(|it| format!("{},", self.ty(it))).collect();
                return format!("({})", elements.concat());
            }
            Type::Named(name) => return self.named(name),
            Type::String => "String",
            // `is_plain` let none but these through.
            other => other.primitive().unwrap_or_default(),
        };
        name.to_owned()
    }
}

fn docs(text: &str) -> String {
    text.lines().map(|line| format!("/// {line}\n")).collect()
}

/// A name that is a keyword is escaped, by each in its own way.
fn identifier(name: &str, bindgen: bool) -> String {
    const KEYWORDS: &[&str] = &[
        "as", "break", "const", "continue", "else", "enum", "extern", "false", "fn", "for", "if",
        "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
        "static", "struct", "trait", "true", "type", "unsafe", "use", "where", "while", "async",
        "await", "dyn", "abstract", "become", "box", "do", "final", "macro", "override", "priv",
        "typeof", "unsized", "virtual", "yield", "try",
    ];
    match (KEYWORDS.contains(&name), bindgen) {
        (false, _) => name.to_owned(),
        (true, true) => format!("{name}_"),
        (true, false) => format!("r#{name}"),
    }
}
