//! What typed clients call things in Rust: for their generator, and for who shows calls.

use crate::model::Extension;
use crate::naming::{RUST_KEYWORDS, pascal, snake};
use crate::package::Package;

/// A name as an identifier; some keywords cannot even be written raw.
pub fn identifier(name: &str) -> String {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        name if RUST_KEYWORDS.contains(&name) => format!("r#{name}"),
        name => name.to_owned(),
    }
}

/// The method that calls an action. A client has methods of its own.
pub fn method(action: &str) -> String {
    match action {
        "extension" | "load" | "new" => format!("{action}_"),
        action => identifier(action),
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
