//! The dialect of O11: what Integration Studio generates for an extension.
//!
//! `Interface.cs` has an interface `IssNAME` with a method `MssACTION` for each action;
//! its inputs and outputs are parameters `ssNAME`, outputs with `out`. Structures are
//! `STNAMEStructure`, records that wrap them `RCNAMERecord`, lists of these
//! `RLNAMERecordList`, entities `ENNAMEEntityRecord`.

mod structures;

use ext_definition::diagnostic::Place;

use super::csharp::declaration::{Declaration, Kind, Method, Parameter};
use super::csharp::index::Index;
use super::model::{Action, Library, Part, Topic, Type};
use super::resolve::{Builder, Scope, returned};

/// Reads an extension, of which the interface is known, or else the class.
pub fn library(index: &Index, interface: usize) -> Library {
    let interface = &index.declarations[interface];
    let mut builder = Builder::new(index, "O11 extension", structures::own);
    let prefix = if interface.kind == Kind::Class { "Css" } else { "Iss" };
    builder.library.name = stripped(&interface.name, prefix, "").to_owned();
    builder.library.description = interface.doc.summary();
    let implementation = implementation(index, interface);
    // A class has helpers too.
    let is_action =
        |it: &&Method| interface.kind != Kind::Class || !it.private && it.name.starts_with("Mss");
    for method in interface.methods.iter().filter(is_action) {
        let action = action(&mut builder, method, interface, implementation);
        builder.library.actions.push(action);
    }
    structures::all(&mut builder);
    builder.library
}

/// `CssNAME`, which Integration Studio makes once and people write on.
fn implementation<'a>(index: &'a Index, interface: &Declaration) -> Option<&'a Declaration> {
    let name = interface.name.replacen("Iss", "Css", 1);
    let class = index.named(&name).map(|(_, it)| it).find(|it| it.kind == Kind::Class);
    class.or_else(|| {
        let implements = |it: &&Declaration| it.bases.iter().any(|it| it.last() == interface.name);
        index.declarations.iter().find(implements)
    })
}

fn action(
    builder: &mut Builder<'_>,
    method: &Method,
    interface: &Declaration,
    implementation: Option<&Declaration>,
) -> Action {
    let written =
        implementation.and_then(|class| class.methods.iter().find(|it| it.name == method.name));
    let said = |of: &dyn Fn(&Method) -> String| match (of(method), written) {
        (text, Some(written)) if text.is_empty() => of(written),
        (text, _) => text,
    };
    let mut action = builder.action(stripped(&method.name, "Mss", ""), method, written);
    action.description = said(&|it| it.doc.summary());
    if let Some(ty) = returned(&method.returns) {
        let scope = Scope { file: &method.place.file, path: &interface.path };
        let element = format!("{} (output)", action.name);
        let ty = builder.resolve(ty, scope, &element, &method.place);
        let mut part = Part::new("Result", ty, method.place.clone());
        part.description = said(&|it| it.doc.returns());
        action.outputs.push(part);
    }
    for parameter in &method.parameters {
        let mut part = part(builder, parameter, interface, &action.name);
        part.description = said(&|it| it.doc.parameter(&parameter.name));
        action.take(part, parameter.direction);
    }
    action
}

fn part(
    builder: &mut Builder<'_>,
    parameter: &Parameter,
    interface: &Declaration,
    action: &str,
) -> Part {
    let name = stripped(&parameter.name, "ss", "");
    let scope = Scope { file: &parameter.place.file, path: &interface.path };
    let element = format!("{action}.{name}");
    let ty = builder.resolve(&parameter.ty, scope, &element, &parameter.place);
    ambiguous(builder, &ty, &element, &parameter.place);
    let mut part = Part::new(name, ty, parameter.place.clone());
    part.default = parameter.default.clone();
    part
}

/// The sources say the platform's type of a structure's field, not of a parameter.
fn ambiguous(builder: &mut Builder<'_>, ty: &Type, element: &str, place: &Place) {
    use super::types::Basic;
    if ty.basic() == Some(Basic::DateTime) {
        let text = "is `DateTime` in C#, which stands for Date and Time too";
        builder.library.note(Topic::UnknownType, element, text, place);
    }
}

/// A name without what was put around it, unless nothing else is left.
fn stripped<'a>(name: &'a str, prefix: &str, suffix: &str) -> &'a str {
    let inner = name.strip_prefix(prefix).unwrap_or(name);
    let inner = inner.strip_suffix(suffix).unwrap_or(inner);
    if inner.is_empty() { name } else { inner }
}
