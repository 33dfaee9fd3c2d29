//! Calls whose signature is known from the definition only.
//!
//! wasmtime has such calls too, and a `Val` of 40 bytes for each byte of a `list<u8>`. Here binary
//! data stays bytes in both directions, and records do not carry the names of their fields.

mod lift;
mod lower;

use wasmtime::component::{Func, TypedFunc};

pub use self::lift::Results;
pub use self::lower::Arguments;

/// A value of the component model. Records and tuples are in the order of their type, which
/// `crate::fits` has compared with the definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Bool(bool),
    S8(i8),
    U8(u8),
    S16(i16),
    U16(u16),
    S32(i32),
    U32(u32),
    S64(i64),
    U64(u64),
    Float32(f32),
    Float64(f64),
    Char(char),
    String(String),
    /// `list<u8>`.
    Bytes(Vec<u8>),
    List(Vec<Val>),
    Record(Vec<Val>),
    Tuple(Vec<Val>),
    /// A case of a variant, in kebab-case.
    Variant(Box<str>, Option<Box<Val>>),
    /// A case of an enum, in kebab-case.
    Enum(Box<str>),
    Option(Option<Box<Val>>),
    Result(Result<Option<Box<Val>>, Option<Box<Val>>>),
}

/// The function, to be called with [`Arguments`].
pub fn typed(func: Func) -> TypedFunc<Arguments, Results> {
    // SAFETY: both types follow the function's own types, which they are given at each call.
    unsafe { TypedFunc::new_unchecked(func) }
}
