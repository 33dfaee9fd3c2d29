//! Structures, records, record lists and entities of an O11 extension.

use std::slice::from_ref;

use ext_definition::diagnostic::Place;

use crate::csharp::attribute::Attributes;
use crate::csharp::declaration::{Declaration, Field, Kind};
use crate::csharp::doc::plain;
use crate::csharp::literal::Value;
use crate::csharp::name::TypeName;
use crate::model::{Part, Topic, Type};
use crate::resolve::{Builder, Scope};
use crate::types::Basic;

/// What a name of the generated code stands for.
pub fn own(builder: &mut Builder<'_>, segments: &[String], scope: Scope<'_>) -> Option<Type> {
    let name = segments.last()?;
    if let Some(inner) = inside(name, "RL", "RecordList") {
        let record = list_of(builder, segments, scope);
        // A list of lists is no record list.
        let record = record.filter(|it| inside(it, "RL", "RecordList").is_none());
        let record = record.unwrap_or_else(|| format!("RC{inner}Record"));
        let of = own(builder, &[record], scope).unwrap_or(Type::Unknown);
        return Some(Type::List(Box::new(of)));
    }
    let found = builder.index.find(segments, scope.path);
    if let Some(list) = found.and_then(|it| plain_list(builder, it)) {
        return Some(list);
    }
    if found.is_none() && is_hashed(name, "RL") {
        return Some(Type::List(Box::new(Type::Unknown)));
    }
    if let Some(inner) = inside(name, "RC", "Record").or_else(|| name.strip_prefix("RC_")) {
        // A record of one structure or entity is that; one of several is its own.
        let declaration = found.map(|it| &builder.index.declarations[it]);
        let fields: Vec<_> = declaration.into_iter().flat_map(fields).collect();
        let alone = match &fields[..] {
            [(field, _)] => Some(field.ty.last().to_owned()),
            _ => None,
        };
        let wrapped = alone.filter(|it| is_element(it));
        let by_name = [format!("ST{inner}Structure"), format!("EN{inner}EntityRecord")];
        let candidates =
            wrapped.into_iter().chain(fields.is_empty().then_some(by_name).into_iter().flatten());
        for candidate in candidates {
            if let Some(index) = builder.index.find(from_ref(&candidate), scope.path) {
                return Some(structure(builder, index));
            }
        }
    }
    let found = found.filter(|&it| builder.index.declarations[it].kind == Kind::Struct)?;
    Some(structure(builder, found))
}

/// The structure of a declaration, under the name that people gave it.
fn structure(builder: &mut Builder<'_>, index: usize) -> Type {
    let declaration = &builder.index.declarations[index];
    let said = is_hashed(&declaration.name, "ST").then(|| said_name(declaration)).flatten();
    let name = said.unwrap_or_else(|| element_name(&declaration.name).to_owned());
    builder.structure(index, &name)
}

/// Whether the platform put a hash in the place of a name: `ST_0123…Structure`.
fn is_hashed(name: &str, prefix: &str) -> bool {
    let hash = name.strip_prefix(prefix).and_then(|it| it.strip_prefix('_'));
    hash.and_then(|it| it.get(..32)).is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// The `NAME` of a comment "… represents the Service Studio structure <code>NAME</code>".
fn said_name(declaration: &Declaration) -> Option<String> {
    let (text, _) = declaration.doc.unbroken();
    let name = text.split("<code>").nth(2)?.split("</code>").next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A list under another name than `RLNAMERecordList`, from its base class.
fn plain_list(builder: &mut Builder<'_>, index: usize) -> Option<Type> {
    let list = &builder.index.declarations[index];
    let base =
        list.bases.iter().find(|it| matches!(it.last(), "GenericRecordList" | "BasicTypeList"));
    let TypeName::Named(_, arguments) = base? else { return None };
    let of = arguments.first().filter(|it| it.last() != list.name)?;
    let scope = Scope { file: &list.place.file, path: &list.path };
    // One step only: lists of lists of lists are not generated.
    let of = match of {
        TypeName::Named(segments, arguments) if arguments.is_empty() => match of.last() {
            name if name.starts_with("RL") => Type::Unknown,
            name => {
                Basic::of_csharp(name).map(Type::Basic).or_else(|| own(builder, segments, scope))?
            }
        },
        _ => Type::Unknown,
    };
    Some(Type::List(Box::new(of)))
}

/// `RCNAMERecord`, from the list's base class.
fn list_of(builder: &Builder<'_>, segments: &[String], scope: Scope<'_>) -> Option<String> {
    let list = &builder.index.declarations[builder.index.find(segments, scope.path)?];
    list.bases.iter().find_map(|base| match base {
        TypeName::Named(_, arguments) => arguments.first().map(|it| it.last().to_owned()),
        _ => None,
    })
}

/// The `NAME` of `STNAMEStructure` and the like.
fn inside<'a>(name: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix)?.strip_suffix(suffix).filter(|inner| !inner.is_empty())
}

fn is_element(name: &str) -> bool {
    inside(name, "ST", "Structure").is_some() || inside(name, "EN", "EntityRecord").is_some()
}

fn element_name(name: &str) -> &str {
    let forms = [("ST", "Structure"), ("RC", "Record"), ("EN", "EntityRecord"), ("EN", "Entity")];
    forms.iter().find_map(|(prefix, suffix)| inside(name, prefix, suffix)).unwrap_or(name)
}

/// The attributes of a structure, each with the name that people gave it. An entity's are
/// properties, whose notes stand at the private field before each.
fn fields(of: &Declaration) -> Vec<(&Field, String)> {
    let fields = of.fields.iter().filter(|it| !it.shared && it.public);
    let fields = fields.filter_map(|it| Some((it, it.name.strip_prefix("ss")?)));
    let named = |(field, name): (&'_ Field, &str)| {
        let hidden = format!("_{}", field.name);
        let hidden = of.fields.iter().find(|it| it.name == hidden);
        let element = (hidden.into_iter().flat_map(|it| &it.attributes))
            .chain(&field.attributes)
            .find(|it| it.name == "XmlElement");
        match element.and_then(|it| it.at(0)) {
            Some(Value::Text(name)) if !name.is_empty() => name.clone(),
            _ => name.to_owned(),
        }
    };
    let fields: Vec<_> = fields.collect();
    fields.into_iter().map(|(field, name)| (field, named((field, name)))).collect()
}

/// Every structure, used or not, and a note for every entity.
pub fn all(builder: &mut Builder<'_>) {
    for (index, declaration) in builder.index.declarations.iter().enumerate() {
        if declaration.kind == Kind::Struct
            && inside(&declaration.name, "ST", "Structure").is_some()
        {
            structure(builder, index);
        }
    }
    while let Some((declaration, structure)) = builder.next_open() {
        fill(builder, declaration, structure);
    }
    for declaration in &builder.index.declarations {
        if inside(&declaration.name, "EN", "EntityRecord").is_some() {
            entity(builder, declaration);
        }
    }
}

fn fill(builder: &mut Builder<'_>, declaration: usize, structure: usize) {
    let declaration = &builder.index.declarations[declaration];
    let name = builder.library.structures[structure].name.clone();
    let scope = Scope { file: &declaration.place.file, path: &declaration.path };
    let mut parts = Vec::new();
    for (field, own) in fields(declaration) {
        let element = format!("{name}.{own}");
        let ty = builder.resolve(&field.ty, scope, &element, &field.place);
        let mut part = Part::new(own, said(ty, declaration, &field.name), field.place.clone());
        part.default = initial(declaration, &field.name);
        let hidden = format!("_{}", field.name);
        let details = declaration.fields.iter().find(|it| it.name == hidden);
        let details = details.and_then(|it| it.attributes.named("EntityAttributeDetails"));
        part.length = details.and_then(|it| length(it.at(1)?));
        parts.push(part);
    }
    let (description, doubt) = described(declaration);
    if let Some(doubt) = doubt {
        let text = format!("is described with `{doubt}`, where a line ended: it may lack a space");
        builder.library.note(Topic::Description, &name, text, &declaration.place);
    }
    let structure = &mut builder.library.structures[structure];
    structure.fields = parts;
    structure.description = description;
}

/// Zero stands for no limit.
fn length(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.parse().ok().filter(|length| *length > 0),
        _ => None,
    }
}

/// What the generated code says of a field, if its type can be that.
fn said(ty: Type, declaration: &Declaration, field: &str) -> Type {
    let kind = declaration.facts.kinds.get(field).and_then(|kind| Basic::of_platform(kind));
    match (ty, kind) {
        (Type::Basic(basic), Some(kind)) => Type::Basic(basic.said_to_be(kind).unwrap_or(basic)),
        (ty, _) => ty,
    }
}

/// The default value of a field, if it is another than that of its type.
fn initial(declaration: &Declaration, field: &str) -> Option<Value> {
    let facts = &declaration.facts.initial;
    let value = facts.get(field).or_else(|| facts.get(&format!("_{field}")))?;
    let is_usual = match value {
        Value::Text(text) => text.is_empty(),
        Value::Bool(value) => !value,
        Value::Null => true,
        Value::Number(number) => {
            !number.chars().any(|it| it.is_ascii_digit() && it != '0') || number == "0x0"
        }
        // No date is the first of January 1900.
        Value::Other(text) => !text.contains("DateTime") || text.contains("DateTime(1900, 1, 1"),
        Value::Path(_) | Value::Joined(_) => false,
    };
    (!is_usual).then(|| value.clone())
}

/// The text behind `Description:` in a generated comment, and a word of it that may be two.
fn described(declaration: &Declaration) -> (String, Option<String>) {
    let (text, doubt) = declaration.doc.unbroken();
    match text.split_once("Description:") {
        Some((_, text)) => (plain(text), doubt.filter(|doubt| text.contains(doubt))),
        None => (String::new(), None),
    }
}

fn entity(builder: &mut Builder<'_>, declaration: &Declaration) {
    let name = element_name(&declaration.name);
    let details = declaration.attribute("EntityRecordDetails");
    let table = details.and_then(|it| it.at(4)).and_then(|it| it.text(&builder.index.constants));
    let table = match table.filter(|it| !it.is_empty()) {
        Some(table) => format!("is the table `{table}`"),
        None => "is a table".to_owned(),
    };
    let mut attributes = Vec::new();
    for (field, own) in fields(declaration) {
        let kind = declaration.facts.kinds.get(&field.name);
        let kind = kind.cloned().unwrap_or_else(|| field.ty.to_string());
        attributes.push(format!("`{own}` ({kind})"));
    }
    let text = match attributes.is_empty() {
        true => table,
        false => format!("{table} with {}", attributes.join(", ")),
    };
    let place: Place = declaration.place.clone();
    builder.library.note(Topic::Entity, name, text, &place);
}
