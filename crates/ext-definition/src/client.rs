//! What typed clients call things in Rust: for their generator, and for who shows calls.

use crate::model::Extension;
use crate::naming::{pascal, snake};
use crate::package::Package;

/// Names that Rust keeps for itself (reference, "Keywords"), of which some cannot even be
/// written raw.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// A name as an identifier.
pub fn identifier(name: &str) -> String {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        name if KEYWORDS.contains(&name) => format!("r#{name}"),
        name => name.to_owned(),
    }
}

/// The module of an extension. `qualified` puts the namespace into it: two namespaces may
/// have extensions of one name.
pub fn module(package: &Package, qualified: bool) -> String {
    identifier(&match qualified {
        true => format!("{}_{}", snake(&package.namespace), snake(&package.name)),
        false => snake(&package.name),
    })
}

/// The structure whose methods are the actions.
pub fn client(definition: &Extension) -> String {
    let mut client = pascal(&definition.package.name);
    while definition.types.iter().any(|ty| ty.name == client) {
        client.push_str("Client");
    }
    client
}
