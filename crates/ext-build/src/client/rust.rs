//! Types and names of a definition, as Rust has them in a client.

pub use ext_definition::client::identifier;
use ext_definition::model::{Extension, Kind, Type};
use ext_definition::naming::pascal;

/// An owned value.
pub fn owned(ty: &Type) -> String {
    if let Some(primitive) = ty.primitive() {
        return primitive.to_owned();
    }
    match ty {
        Type::String => "::std::string::String".into(),
        Type::List(of) => format!("::std::vec::Vec<{}>", owned(of)),
        Type::Option(of) => format!("::std::option::Option<{}>", owned(of)),
        Type::Result(both) => result(&both.0, &both.1),
        Type::Tuple(elements) => {
            let elements: Vec<String> =
                elements.iter().map(|it| format!("{},", owned(it))).collect();
            format!("({})", elements.concat())
        }
        Type::Map(both) => format!("::ext_host::Map<{}, {}>", owned(&both.0), owned(&both.1)),
        Type::Array(of) => format!("::std::vec::Vec<{}>", owned(&of.0)),
        Type::Named(name) => identifier(name),
        // Everything else is one of the platform's, which are checked texts here.
        other => {
            format!("::ext_host::types::{}", pascal(other.platform_name().unwrap_or_default()))
        }
    }
}

/// `Result<T, E>`.
pub fn result(ok: &Type, error: &Type) -> String {
    format!("::std::result::Result<{}, {}>", owned(ok), owned(error))
}

/// A value that a call borrows, for the lifetime `lifetime` (`'a ` or nothing).
pub fn borrowed(ty: &Type, lifetime: &str, definition: &Extension) -> String {
    match ty {
        Type::String => format!("&{lifetime}str"),
        Type::List(of) => format!("&{lifetime}[{}]", owned(of)),
        Type::Array(of) => format!("&{lifetime}[{}]", owned(&of.0)),
        Type::Option(of) => {
            format!("::std::option::Option<{}>", borrowed(of, lifetime, definition))
        }
        Type::Named(name) => {
            let definition = definition.types.iter().find(|it| it.name == *name);
            match definition.map(|it| &it.kind) {
                Some(Kind::Enum { .. }) => owned(ty),
                _ => format!("&{lifetime}{}", owned(ty)),
            }
        }
        Type::Result(_) | Type::Tuple(_) | Type::Map(_) => format!("&{lifetime}{}", owned(ty)),
        platform if platform.platform_name().is_some() => format!("&{lifetime}{}", owned(ty)),
        scalar => owned(scalar),
    }
}
