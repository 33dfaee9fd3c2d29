//! How an extension describes itself: constants that rustc evaluates into bytes.
//!
//! A macro sees tokens, not types. It therefore writes what it sees (names, documentation,
//! places) as JSON text, leaves the types to trait constants ([`ExtType::TYPE`]), and
//! [`Action::encode`] puts both together while the extension is compiled. The result is
//! one entry of the custom section `ext-definition`: four bytes of length (little endian),
//! then one JSON object:
//!
//! ```json
//! {"format": 1,
//!  "action": {"name": "price_order", "path": "orders::price_order", …,
//!             "parameters": [{"name": "lines", "type": {"list": {"named": {"path": "orders::Line"}}}}],
//!             "result": "f64"},
//!  "types": [{"name": "Line", "path": "orders::Line", "kind": "structure", …,
//!             "parts": [{"name": "sku", "type": "string"}]}]}
//! ```
//!
//! `types` holds every named type that the action reaches, once each, so that an entry
//! stands for itself. The reader of all this is `ext_definition::section`.
//!
//! [`ExtType::TYPE`]: crate::ExtType::TYPE

mod check;
mod encode;

pub use check::{Literal, Rule, check};

/// The format that entries are written in; `cargo ext` reads the same one only.
pub const FORMAT: &str = "1";

/// A type, as far as the boundary is concerned.
pub enum Type {
    /// A type without parts, by its name in the description, as a JSON string (with its
    /// quotes): `"bool"`, `"u32"`, `"string"`, …
    Simple(&'static str),
    /// `Vec<T>`.
    List(&'static Type),
    /// `Option<T>`.
    Option(&'static Type),
    /// `Result<T, E>`.
    Result(&'static Type, &'static Type),
    /// A map, by its keys and values.
    Map(&'static Type, &'static Type),
    /// `[T; N]`.
    Array(&'static Type, usize),
    /// A tuple with two or more elements (or one).
    Tuple(&'static [&'static Type]),
    /// A type of the extension's own.
    Named(&'static Named),
}

/// A structure, enumeration or error type of an extension.
pub struct Named {
    /// [`named_id`] of path and arguments: tells named types apart quickly.
    pub id: u64,
    /// The qualified Rust path: the type's identity.
    pub path: &'static str,
    /// The types that a generic type is used at.
    pub arguments: &'static [&'static Type],
    /// What it is.
    pub kind: Kind,
    /// JSON members that the macro wrote: name, description, place.
    pub meta: &'static str,
    /// Fields or cases.
    pub parts: &'static [Part],
}

/// What a named type is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Named fields: a WIT `record`.
    Structure,
    /// Cases without data: a WIT `enum`.
    Enum,
    /// Cases, some with data: a WIT `variant`.
    Variant,
}

/// A parameter, field or case.
pub struct Part {
    /// JSON members that the macro wrote: name, description, message.
    pub meta: &'static str,
    /// Its type; none for a case without data.
    pub ty: Option<&'static Type>,
}

/// One action.
pub struct Action {
    /// The qualified Rust path.
    pub path: &'static str,
    /// JSON members that the macro wrote.
    pub meta: &'static str,
    /// In the order of the function's parameters.
    pub parameters: &'static [Part],
    /// The unit type for none.
    pub result: &'static Type,
}

/// Identity of a named type: FNV-1a (64 bits) over its path and its arguments' identities.
/// A collision is noticed by the reader, which finds a path that nobody describes.
pub const fn named_id(path: &str, arguments: &[&Type]) -> u64 {
    let mut hash = hash_str(0xcbf2_9ce4_8422_2325, path);
    let mut index = 0;
    while index < arguments.len() {
        hash = hash_type(hash, arguments[index]);
        index += 1;
    }
    hash
}

const fn hash_str(mut hash: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        hash = hash_byte(hash, bytes[index]);
        index += 1;
    }
    hash
}

const fn hash_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

const fn hash_type(hash: u64, ty: &Type) -> u64 {
    match ty {
        Type::Simple(name) => hash_str(hash, name),
        Type::List(of) => hash_type(hash_byte(hash, 1), of),
        Type::Option(of) => hash_type(hash_byte(hash, 2), of),
        Type::Result(ok, err) => hash_type(hash_type(hash_byte(hash, 3), ok), err),
        Type::Map(key, value) => hash_type(hash_type(hash_byte(hash, 4), key), value),
        Type::Array(of, length) => {
            let mut hash = hash_type(hash_byte(hash, 8), of);
            let bytes = length.to_le_bytes();
            let mut index = 0;
            while index < bytes.len() {
                hash = hash_byte(hash, bytes[index]);
                index += 1;
            }
            hash
        }
        Type::Tuple(elements) => {
            let mut hash = hash_byte(hash, 5);
            let mut index = 0;
            while index < elements.len() {
                hash = hash_type(hash, elements[index]);
                index += 1;
            }
            hash_byte(hash, 6)
        }
        Type::Named(named) => {
            let bytes = named.id.to_le_bytes();
            let mut hash = hash_byte(hash, 7);
            let mut index = 0;
            while index < bytes.len() {
                hash = hash_byte(hash, bytes[index]);
                index += 1;
            }
            hash
        }
    }
}
