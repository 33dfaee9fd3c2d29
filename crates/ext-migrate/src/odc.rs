//! The dialect of ODC: an external library, annotated with the attributes of
//! `OutSystems.ExternalLibraries.SDK`.
//!
//! `[OSInterface]` marks the interface whose methods are the actions, `[OSAction]` and
//! `[OSParameter]` say more of these, `[OSStructure]` and `[OSStructureField]` of the
//! structures; `[OSIgnore]` hides. Reference: "External Libraries SDK REFERENCE" in
//! OutSystems' documentation of ODC.

mod structures;

use std::collections::HashSet;

use super::csharp::attribute::{Attribute, Attributes};
use super::csharp::declaration::{Declaration, Kind, Method, Parameter};
use super::csharp::index::Index;
use super::csharp::literal::Value;
use super::csharp::name::TypeName;
use super::model::{Action, Library, Part, Topic, Type};
use super::resolve::{Builder, Scope, returned};
use super::types::Basic;

/// What the host of a .NET library hands in.
const OF_THE_HOST: &[&str] = &["CancellationToken", "ILogger"];

/// Whether it is an interface of an external library.
pub fn is_interface(declaration: &Declaration) -> bool {
    declaration.kind == Kind::Interface && declaration.attribute("OSInterface").is_some()
}

/// Whether it looks like one that lost its attribute.
pub fn is_likely_interface(declaration: &Declaration) -> bool {
    let mut methods = declaration.methods.iter();
    declaration.kind == Kind::Interface
        && methods.any(|it| it.attributes.named("OSAction").is_some())
}

/// Reads an external library, of which the interfaces are known.
pub fn library(index: &Index, interfaces: &[usize]) -> Library {
    let mut builder = Builder::new(index, "ODC external library", structures::own);
    for (number, &position) in interfaces.iter().enumerate() {
        let interface = &index.declarations[position];
        let attribute = interface.attribute("OSInterface");
        if number == 0 {
            about(&mut builder, interface, attribute);
        } else {
            let text = "is a library of its own; its actions are in this extension too";
            builder.library.note(Topic::LeftOut, &interface.name, text, &interface.place);
        }
        icon(&mut builder, attribute, &interface.name);
        for of in with_bases(index, position) {
            methods(&mut builder, &index.declarations[of], interface);
        }
    }
    structures::all(&mut builder);
    builder.library
}

fn about(builder: &mut Builder<'_>, interface: &Declaration, attribute: Option<&Attribute>) {
    let bare = interface.name.strip_prefix('I');
    let starts_upper = |it: &&str| it.starts_with(char::is_uppercase);
    let bare = bare.filter(starts_upper).unwrap_or(&interface.name);
    let name = text(builder, attribute, "Name").unwrap_or_else(|| bare.to_owned());
    let description = text(builder, attribute, "Description");
    builder.library.name = name;
    builder.library.description = description.unwrap_or_else(|| interface.doc.summary());
    if let Some(original) = text(builder, attribute, "OriginalName") {
        let text = format!("was published as `{original}`");
        builder.library.note(Topic::OriginalName, &interface.name, text, &interface.place);
    }
}

/// An interface and those that it inherits from.
fn with_bases(index: &Index, interface: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([interface]);
    let mut open = vec![interface];
    while let Some(next) = open.pop() {
        found.push(next);
        let declaration = &index.declarations[next];
        for base in declaration.bases.iter().rev() {
            let TypeName::Named(segments, _) = base else { continue };
            let base = index.find(segments, &declaration.path);
            let base = base.filter(|&it| index.declarations[it].kind == Kind::Interface);
            open.extend(base.filter(|&it| seen.insert(it)));
        }
    }
    found
}

fn methods(builder: &mut Builder<'_>, of: &Declaration, interface: &Declaration) {
    let implements = |it: &&Declaration| {
        it.kind != Kind::Interface
            && it.bases.iter().any(|base| base.last() == of.name || base.last() == interface.name)
    };
    let classes: Vec<&Declaration> = builder.index.declarations.iter().filter(implements).collect();
    for method in of.methods.iter().filter(|it| !it.private) {
        if method.attributes.named("OSIgnore").is_some() {
            continue;
        }
        let body = classes.iter().flat_map(|it| &it.methods).find(|it| it.name == method.name);
        let action = action(builder, method, of, body);
        builder.library.actions.push(action);
    }
    for property in of.fields.iter().filter(|it| !it.shared) {
        let text = "is a property of the interface, not an action";
        builder.library.note(Topic::LeftOut, &property.name, text, &property.place);
    }
}

fn action(
    builder: &mut Builder<'_>,
    method: &Method,
    of: &Declaration,
    body: Option<&Method>,
) -> Action {
    let attribute = method.attributes.named("OSAction");
    let description = text(builder, attribute, "Description").filter(|it| !it.is_empty());
    let mut action = builder.action(&method.name, method, body);
    action.description = description.unwrap_or_else(|| method.doc.summary());
    action.original_name = text(builder, attribute, "OriginalName");
    icon(builder, attribute, &method.name);
    let scope = Scope { file: &method.place.file, path: &of.path };
    if let Some(ty) = returned(&method.returns) {
        action.outputs = outputs(builder, method, ty, attribute, scope);
    }
    for parameter in &method.parameters {
        if OF_THE_HOST.contains(&parameter.ty.last()) {
            let element = format!("{}.{}", method.name, parameter.name);
            let text = format!("is `{}` in C#, which no caller gives", parameter.ty);
            builder.library.note(Topic::LeftOut, &element, text, &parameter.place);
            continue;
        }
        let part = parameter_part(builder, parameter, method, scope);
        action.take(part, parameter.direction);
    }
    action
}

/// The returned value; a tuple's elements are an output each.
fn outputs(
    builder: &mut Builder<'_>,
    method: &Method,
    ty: &TypeName,
    attribute: Option<&Attribute>,
    scope: Scope<'_>,
) -> Vec<Part> {
    let place = &method.place;
    if let TypeName::Tuple(elements) = ty {
        let element = |(index, (ty, name)): (usize, &(TypeName, String))| {
            let name = if name.is_empty() { format!("Item{}", index + 1) } else { name.clone() };
            let ty = builder.resolve(ty, scope, &format!("{}.{name}", method.name), place);
            Part::new(name, ty, place.clone())
        };
        return elements.iter().enumerate().map(element).collect();
    }
    let element = format!("{} (output)", method.name);
    let resolved = builder.resolve(ty, scope, &element, place);
    let said = attribute.and_then(|it| it.get("ReturnType"));
    let ty = said_type(builder, resolved, said, &element, attribute);
    let name = text(builder, attribute, "ReturnName").filter(|it| !it.is_empty());
    let mut part = Part::new(name.unwrap_or_else(|| method.name.clone()), ty, place.clone());
    let description = text(builder, attribute, "ReturnDescription").filter(|it| !it.is_empty());
    part.description = description.unwrap_or_else(|| method.doc.returns());
    vec![part]
}

fn parameter_part(
    builder: &mut Builder<'_>,
    parameter: &Parameter,
    method: &Method,
    scope: Scope<'_>,
) -> Part {
    let attribute = parameter.attributes.named("OSParameter");
    let element = format!("{}.{}", method.name, parameter.name);
    let resolved = builder.resolve(&parameter.ty, scope, &element, &parameter.place);
    let said = attribute.and_then(|it| it.get("DataType"));
    let ty = said_type(builder, resolved, said, &element, attribute);
    let mut part = Part::new(&parameter.name, ty, parameter.place.clone());
    let description = text(builder, attribute, "Description").filter(|it| !it.is_empty());
    part.description = description.unwrap_or_else(|| method.doc.parameter(&parameter.name));
    // What may be left out without a value that Rust has as well is absent then.
    let absent = parameter.default == Some(Value::Null) && !has_zero(&part.ty);
    if absent {
        part.ty = part.ty.optional();
    }
    let default = parameter.default.as_ref().filter(|_| !absent);
    part.default = default.map(|value| builder.constant(value));
    part.original_name = text(builder, attribute, "OriginalName");
    part
}

/// Whether C#'s `default` of a type is a value that a Rust literal can say.
fn has_zero(ty: &Type) -> bool {
    match ty {
        Type::Basic(basic) => basic.is_number() || *basic == Basic::Boolean,
        Type::List(_) | Type::Enum(_) => true,
        _ => false,
    }
}

/// A type with what an attribute says of it: `OSDataType.Email` for a `string`.
fn said_type(
    builder: &mut Builder<'_>,
    ty: Type,
    said: Option<&Value>,
    element: &str,
    attribute: Option<&Attribute>,
) -> Type {
    let Some(name) = said.and_then(Value::last_segment) else { return ty };
    if name == "InferredFromDotNetType" {
        return ty;
    }
    let wanted = Basic::of_platform(name);
    let narrowed = ty.basic().and_then(|basic| basic.said_to_be(wanted?));
    match (ty, narrowed) {
        (Type::Optional(_), Some(basic)) => Type::Basic(basic).optional(),
        (_, Some(basic)) => Type::Basic(basic),
        (ty, None) => {
            if let Some(attribute) = attribute {
                let text = format!("is said to be `{name}`, which its C# type cannot be");
                builder.library.note(Topic::UnknownType, element, text, &attribute.place);
            }
            ty
        }
    }
}

/// The constant text of an attribute; a note if it has another value.
fn text(builder: &mut Builder<'_>, attribute: Option<&Attribute>, key: &str) -> Option<String> {
    let attribute = attribute?;
    let value = attribute.get(key).filter(|it| **it != Value::Null)?;
    let text = value.text(&builder.index.constants);
    if text.is_none() {
        let text = format!("has a `{key}` that is not a constant text: `{value}`");
        builder.library.note(Topic::Description, &attribute.name, text, &attribute.place);
    }
    text
}

fn icon(builder: &mut Builder<'_>, attribute: Option<&Attribute>, element: &str) {
    let Some(attribute) = attribute else { return };
    if let Some(value) = attribute.get("IconResourceName") {
        let name = value.text(&builder.index.constants).unwrap_or_else(|| value.to_string());
        builder.library.note(
            Topic::Icon,
            element,
            format!("has the icon `{name}`"),
            &attribute.place,
        );
    }
}
