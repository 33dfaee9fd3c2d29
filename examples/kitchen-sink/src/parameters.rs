//! Lists of parameters. Up to 16 registers they travel in registers; beyond, all of them
//! travel in memory, which the extension gives back (component model, `CanonicalABI.md`,
//! "Flattening": `MAX_FLAT_PARAMS`).

use ext_runtime::prelude::*;

use crate::cases::{Color, Scalar, TextOrReal};
use crate::structures::Line;

/// The parameters of [`echo_sixteen`].
#[derive(Debug, Clone, PartialEq, ExtStructure)]
#[expect(missing_docs, reason = "the action says it")]
pub struct Sixteen {
    pub name: String,
    pub count: u8,
    pub ratio: f32,
    pub tags: Vec<String>,
    pub weight: f64,
    pub serial: u64,
    pub offset: i16,
    pub note: Option<String>,
    pub choice: TextOrReal,
    pub flag: bool,
}

/// Sixteen registers exactly.
#[ext_action]
#[expect(clippy::too_many_arguments, reason = "the point of it")]
pub fn echo_sixteen(
    /// Two registers.
    name: String,
    /// One register.
    count: u8,
    /// One register.
    ratio: f32,
    /// Two registers.
    tags: Vec<String>,
    /// One register.
    weight: f64,
    /// One register.
    serial: u64,
    /// One register.
    offset: i16,
    /// Three registers.
    note: Option<String>,
    /// Three registers.
    choice: TextOrReal,
    /// One register.
    flag: bool,
) -> Sixteen {
    Sixteen { name, count, ratio, tags, weight, serial, offset, note, choice, flag }
}

/// The parameters of [`echo_seventeen`].
#[derive(Debug, Clone, PartialEq, ExtStructure)]
#[expect(missing_docs, reason = "the action says it")]
pub struct Seventeen {
    pub name: String,
    pub count: u8,
    pub ratio: f32,
    pub tags: Vec<String>,
    pub weight: f64,
    pub serial: u64,
    pub offset: i16,
    pub note: Option<String>,
    pub choice: TextOrReal,
    pub flag: bool,
    pub color: Color,
}

/// One register more than there are.
#[ext_action]
#[expect(clippy::too_many_arguments, reason = "the point of it")]
pub fn echo_seventeen(
    /// Two registers.
    name: String,
    /// One register.
    count: u8,
    /// One register.
    ratio: f32,
    /// Two registers.
    tags: Vec<String>,
    /// One register.
    weight: f64,
    /// One register.
    serial: u64,
    /// One register.
    offset: i16,
    /// Three registers.
    note: Option<String>,
    /// Three registers.
    choice: TextOrReal,
    /// One register.
    flag: bool,
    /// One register.
    color: Color,
) -> Seventeen {
    Seventeen { name, count, ratio, tags, weight, serial, offset, note, choice, flag, color }
}

/// The parameters of [`echo_many`].
#[derive(Debug, Clone, PartialEq, ExtStructure)]
#[expect(missing_docs, reason = "the action says it")]
pub struct Many {
    pub a: u8,
    pub b: String,
    pub c: Vec<u8>,
    pub d: Vec<Line>,
    pub e: Line,
    pub f: Option<Line>,
    pub g: (i8, f64, String),
    pub h: Scalar,
    pub i: Vec<Vec<String>>,
    pub j: Option<Option<u32>>,
    pub k: char,
    pub l: Result<String, u64>,
}

/// Twice as many registers as there are, for values that own memory.
#[ext_action]
#[expect(clippy::too_many_arguments, reason = "the point of it")]
pub fn echo_many(
    /// The first.
    a: u8,
    /// The second.
    b: String,
    /// The third.
    c: Vec<u8>,
    /// The fourth.
    d: Vec<Line>,
    /// The fifth.
    e: Line,
    /// The sixth.
    f: Option<Line>,
    /// The seventh.
    g: (i8, f64, String),
    /// The eighth.
    h: Scalar,
    /// The ninth.
    i: Vec<Vec<String>>,
    /// The tenth.
    j: Option<Option<u32>>,
    /// The eleventh.
    k: char,
    /// The twelfth.
    l: Result<String, u64>,
) -> Many {
    Many { a, b, c, d, e, f, g, h, i, j, k, l }
}

/// Two parameters, a tuple back.
#[ext_action]
pub fn echo_two(
    /// Binary data.
    data: Vec<u8>,
    /// What it is.
    label: String,
) -> (Vec<u8>, String) {
    (data, label)
}

/// Parameters that share their registers' types in every way.
#[ext_action]
pub fn echo_joined(
    /// An integer or nothing.
    first: Option<i64>,
    /// A float or a text.
    second: Result<f32, String>,
    /// Nothing or nothing.
    third: Result<(), ()>,
    /// A float or an integer.
    fourth: Result<f64, u32>,
    /// A byte, perhaps.
    fifth: Result<u8, ()>,
    /// A text, perhaps.
    sixth: Result<(), String>,
) -> (
    Option<i64>,
    Result<f32, String>,
    Result<(), ()>,
    Result<f64, u32>,
    Result<u8, ()>,
    Result<(), String>,
) {
    (first, second, third, fourth, fifth, sixth)
}
