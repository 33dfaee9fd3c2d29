//! The structures of an ODC external library.

use std::collections::HashSet;

use super::{said_type, text};
use crate::csharp::attribute::{Attribute, Attributes};
use crate::csharp::declaration::{Declaration, Field, Kind};
use crate::csharp::index::Index;
use crate::csharp::literal::Value;
use crate::csharp::name::TypeName;
use crate::model::{Part, Topic, Type};
use crate::resolve::{Builder, Scope};

/// A struct, class or enum of the sources.
pub fn own(builder: &mut Builder<'_>, segments: &[String], scope: Scope<'_>) -> Option<Type> {
    let wanted = |kind| kind != Kind::Interface;
    let found = builder.index.find_of(segments, scope.path, &wanted)?;
    let declaration = &builder.index.declarations[found];
    if declaration.kind == Kind::Enum {
        return Some(builder.enumeration(found));
    }
    let usable = matches!(declaration.kind, Kind::Struct | Kind::Class) && !declaration.generic;
    usable.then(|| builder.structure(found, &declaration.name))
}

/// Every structure, used or not, and those that are used without being marked.
pub fn all(builder: &mut Builder<'_>) {
    for (index, declaration) in builder.index.declarations.iter().enumerate() {
        if declaration.attribute("OSStructure").is_none() {
            continue;
        }
        if declaration.generic {
            let text = "has type parameters in C#";
            builder.library.note(Topic::LeftOut, &declaration.name, text, &declaration.place);
        } else {
            builder.structure(index, &declaration.name);
        }
    }
    while let Some((declaration, structure)) = builder.next_open() {
        fill(builder, declaration, structure);
    }
}

fn fill(builder: &mut Builder<'_>, position: usize, structure: usize) {
    let declaration = &builder.index.declarations[position];
    let attribute = declaration.attribute("OSStructure");
    if attribute.is_none() {
        let text = "is used as a structure, without `[OSStructure]`";
        builder.library.note(Topic::UnknownType, &declaration.name, text, &declaration.place);
    }
    let mut parts: Vec<Part> = Vec::new();
    for of in with_bases(builder.index, position) {
        let of = &builder.index.declarations[of];
        for field in &of.fields {
            let is_annotated = field.attributes.named("OSStructureField").is_some();
            if !field.public && is_annotated {
                let element = format!("{}.{}", declaration.name, field.name);
                let text = "is not public in C#, so that the platform does not see it";
                builder.library.note(Topic::LeftOut, &element, text, &field.place);
            }
        }
        for field in of.fields.iter().filter(|it| is_exposed(it)) {
            if parts.iter().all(|it| it.name != field.name) {
                parts.push(part(builder, field, of, &declaration.name));
            }
        }
    }
    let description = text(builder, attribute, "Description").filter(|it| !it.is_empty());
    let original_name = text(builder, attribute, "OriginalName");
    let structure = &mut builder.library.structures[structure];
    structure.fields = parts;
    structure.description = description.unwrap_or_else(|| declaration.doc.summary());
    structure.original_name = original_name;
}

/// A type and those that it inherits from, the first ancestor first.
fn with_bases(index: &Index, position: usize) -> Vec<usize> {
    let mut line = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(position);
    while let Some(current) = next.filter(|&it| seen.insert(it)) {
        line.push(current);
        let declaration = &index.declarations[current];
        next = declaration.bases.iter().find_map(|base| {
            let TypeName::Named(segments, arguments) = base else { return None };
            let base = index.find(segments, &declaration.path).filter(|_| arguments.is_empty())?;
            (index.declarations[base].kind == Kind::Class).then_some(base)
        });
    }
    line.reverse();
    line
}

fn is_exposed(field: &Field) -> bool {
    field.public && !field.shared && field.attributes.named("OSIgnore").is_none()
}

fn part(builder: &mut Builder<'_>, field: &Field, of: &Declaration, structure: &str) -> Part {
    let attribute = field.attributes.named("OSStructureField");
    let scope = Scope { file: &field.place.file, path: &of.path };
    let element = format!("{structure}.{}", field.name);
    let resolved = builder.resolve(&field.ty, scope, &element, &field.place);
    let said = attribute.and_then(|it| it.get("DataType"));
    let mut ty = said_type(builder, resolved, said, &element, attribute);
    // Said, and not only left unsaid, which means the same to the platform.
    let not_mandatory = attribute.and_then(|it| it.get("IsMandatory")) == Some(&Value::Bool(false));
    let default = attribute.and_then(|it| it.get("DefaultValue"));
    let default = default.map(|value| builder.constant(value));
    if not_mandatory && default.is_none() && !matches!(ty, Type::List(_) | Type::Map(..)) {
        ty = ty.optional();
    }
    let mut part = Part::new(&field.name, ty, field.place.clone());
    let description = text(builder, attribute, "Description").filter(|it| !it.is_empty());
    part.description = description.unwrap_or_else(|| field.doc.summary());
    if let Some(initial) = field.initial.as_ref().filter(|it| default.is_none() && !is_usual(it)) {
        let text = format!("is `{initial}` in C# until it is set; the platform was not told");
        builder.library.note(Topic::Default, &element, text, &field.place);
    }
    part.default = default;
    // Zero stands for no limit.
    part.length = number(attribute, "Length").filter(|length| *length > 0);
    part.decimals = number(attribute, "Decimals");
    part.original_name = text(builder, attribute, "OriginalName");
    part
}

/// Whether a field has the value anyway, or it is no plain one.
fn is_usual(initial: &Value) -> bool {
    match initial {
        Value::Text(text) => text.is_empty(),
        Value::Bool(value) => !value,
        Value::Number(number) => !number.contains(|it: char| ('1'..='9').contains(&it)),
        Value::Path(_) | Value::Joined(_) | Value::Null | Value::Other(_) => true,
    }
}

fn number(attribute: Option<&Attribute>, key: &str) -> Option<u32> {
    match attribute?.get(key)? {
        Value::Number(number) => number.replace('_', "").parse().ok(),
        _ => None,
    }
}
