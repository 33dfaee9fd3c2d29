//! The definition as a WIT package (component model, `WIT.md`): one interface `actions`,
//! exported by one world `extension`.

use std::collections::HashSet;
use std::fmt::Write;

use crate::model::{Action, Case, Extension, Field, Kind, Type, TypeDefinition};
use crate::naming::{WIT_KEYWORDS, comment_lines, kebab};

/// The interface that holds types and actions.
pub const INTERFACE: &str = "actions";

/// The world of a package.
pub const WORLD: &str = "extension";

/// The interface by which an extension logs, beside its package: `cargo-ext:host`.
pub const LOG: &str = "cargo-ext:host/log@0.1.0";

/// The package of [`LOG`].
pub const LOG_WIT: &str = include_str!("log.wit");

/// Renders a definition. Types and functions share one space of names in an interface: a
/// type called as an action is (`price`, `Price`) gets `-type` appended.
pub fn render(extension: &Extension) -> String {
    let actions: HashSet<String> = extension.actions.iter().map(|it| kebab(&it.name)).collect();
    let mut out = Renderer { text: String::new(), actions };
    let package = &extension.package;
    out.description(&package.description, "");
    let _ =
        writeln!(out.text, "package {}:{}@{};\n", package.namespace, package.name, package.version);
    let _ = writeln!(out.text, "interface {INTERFACE} {{");
    for name in extension.platform_names() {
        let name = out.type_name(name);
        let _ = writeln!(out.text, "  type {name} = string;\n");
    }
    for ty in &extension.types {
        out.type_definition(ty);
    }
    for action in &extension.actions {
        out.action(action);
    }
    let _ = write!(out.text, "}}\n\nworld {WORLD} {{\n  export {INTERFACE};\n}}\n");
    out.text
}

struct Renderer {
    text: String,
    actions: HashSet<String>,
}

// Writing to a `String` cannot fail: the results of `write!` are not looked at.
impl Renderer {
    fn description(&mut self, description: &str, indent: &str) {
        for line in comment_lines(description) {
            let space = if line.is_empty() { "" } else { " " };
            let _ = writeln!(self.text, "{indent}///{space}{line}");
        }
    }

    fn type_definition(&mut self, ty: &TypeDefinition) {
        self.description(&ty.description, "  ");
        let name = self.type_name(&ty.name);
        match &ty.kind {
            Kind::Structure { fields } => {
                let _ = writeln!(self.text, "  record {name} {{");
                for Field { name, description, ty, .. } in fields {
                    self.description(description, "    ");
                    let _ = writeln!(self.text, "    {}: {},", identifier(name), self.ty(ty));
                }
            }
            Kind::Enum { cases } | Kind::Variant { cases } => {
                let word = if matches!(ty.kind, Kind::Enum { .. }) { "enum" } else { "variant" };
                let _ = writeln!(self.text, "  {word} {name} {{");
                for Case { name, description, ty, .. } in cases {
                    self.description(description, "    ");
                    let data =
                        ty.as_ref().map(|ty| format!("({})", self.ty(ty))).unwrap_or_default();
                    let _ = writeln!(self.text, "    {}{data},", identifier(name));
                }
            }
        }
        self.text.push_str("  }\n\n");
    }

    fn action(&mut self, action: &Action) {
        self.description(&action.description, "  ");
        let parameters: Vec<String> = (action.parameters.iter())
            .map(|it| format!("{}: {}", identifier(&it.name), self.ty(&it.ty)))
            .collect();
        let _ =
            write!(self.text, "  {}: func({})", identifier(&action.name), parameters.join(", "));
        let result = match (&action.result, &action.error) {
            (Some(result), None) => Some(self.ty(result)),
            (result, Some(error)) => {
                Some(self.result(result.as_ref().unwrap_or(&Type::Unit), error))
            }
            (None, None) => None,
        };
        if let Some(result) = result {
            let _ = write!(self.text, " -> {result}");
        }
        self.text.push_str(";\n\n");
    }

    fn type_name(&self, name: &str) -> String {
        let name = kebab(name);
        if self.actions.contains(&name) { beside_an_action(&name) } else { identifier(&name) }
    }

    fn result(&self, ok: &Type, error: &Type) -> String {
        match (ok, error) {
            (Type::Unit, Type::Unit) => "result".into(),
            (ok, Type::Unit) => format!("result<{}>", self.ty(ok)),
            (Type::Unit, error) => format!("result<_, {}>", self.ty(error)),
            (ok, error) => format!("result<{}, {}>", self.ty(ok), self.ty(error)),
        }
    }

    fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::List(of) => format!("list<{}>", self.ty(of)),
            Type::Option(of) => format!("option<{}>", self.ty(of)),
            Type::Array(of) => format!("list<{}>", self.ty(&of.0)),
            Type::Map(both) => format!("list<tuple<{}, {}>>", self.ty(&both.0), self.ty(&both.1)),
            Type::Result(both) => self.result(&both.0, &both.1),
            Type::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(|it| self.ty(it)).collect();
                format!("tuple<{}>", elements.join(", "))
            }
            Type::Named(name) => self.type_name(name),
            simple => match simple.platform_name() {
                Some(name) => self.type_name(name),
                None => simple.to_string(),
            },
        }
    }
}

/// What a type is called whose name, in kebab case, is an action's.
pub(crate) fn beside_an_action(name: &str) -> String {
    format!("{name}-type")
}

fn identifier(name: &str) -> String {
    let name = kebab(name);
    if WIT_KEYWORDS.contains(&name.as_str()) { format!("%{name}") } else { name }
}
