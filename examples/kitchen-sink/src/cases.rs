//! One of several: plain cases, and cases with data.
//!
//! A parameter with data travels in registers. Cases share them, so that where an integer
//! and a float meet in one the register is an integer's, as wide as the wider of the two
//! (component model, `CanonicalABI.md`, "Flattening"). The enums here make all meet.

use ext_runtime::prelude::*;

/// Cases without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ExtEnum)]
pub enum Color {
    /// Like a fire engine.
    Red,
    /// Like grass.
    Green,
    /// Like neither.
    DeepSkyBlue,
}

/// An integer and a float of 32 bits.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Narrow {
    /// An integer.
    Whole(u32),
    /// A float.
    Real(f32),
}

/// An integer of 64 bits and a float of 32.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum WideWhole {
    /// An integer.
    Whole(u64),
    /// A float.
    Real(f32),
}

/// A float of 64 bits and an integer of 32.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum WideReal {
    /// A float.
    Real(f64),
    /// A signed integer.
    Whole(i32),
}

/// Floats of both widths.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Real {
    /// 32 bits.
    Single(f32),
    /// 64 bits.
    Double(f64),
}

/// Both floats, and no integer: a register stays a float's.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Temperature {
    /// Nobody measured it.
    Unknown,
    /// In degrees Celsius.
    Celsius(f32),
    /// In degrees Fahrenheit.
    Fahrenheit(f32),
}

/// An address and length in memory, and a float.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum TextOrReal {
    /// Text.
    Text(String),
    /// A float.
    Real(f64),
}

/// Every scalar.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Scalar {
    /// Nothing.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A signed byte.
    Tiny(i8),
    /// 16 bits.
    Small(u16),
    /// 64 bits.
    Large(i64),
    /// A float of 32 bits.
    Single(f32),
    /// A float of 64 bits.
    Double(f64),
    /// A character.
    Char(char),
    /// Text.
    Text(String),
}

/// Several registers for a case, and each of them shared in another way.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Two floats.
    Pair(f32, f64),
    /// Fields with names.
    Span {
        /// First.
        start: u64,
        /// Second.
        end: f32,
        /// Third.
        label: Option<String>,
    },
    /// Cases in a case.
    Nested(Scalar),
    /// Perhaps cases in a case.
    Perhaps(Option<TextOrReal>),
    /// A list.
    Many(Vec<Narrow>),
    /// On the heap.
    Boxed(Box<Narrow>),
    /// No more than `Empty`.
    Parenthesized(),
    /// No more than `Empty`.
    Braced {},
}

echoes! {
    /// Plain cases.
    echo_color: Color;
    /// Plain cases in a list.
    echo_colors: Vec<Color>;
    /// Joined in 32 bits.
    echo_narrow: Narrow;
    /// Joined in 64 bits.
    echo_wide_whole: WideWhole;
    /// Joined in 64 bits.
    echo_wide_real: WideReal;
    /// Floats joined in 64 bits.
    echo_real: Real;
    /// Floats that need no joining.
    echo_temperature: Temperature;
    /// Memory joined with a float.
    echo_text_or_real: TextOrReal;
    /// Everything joined.
    echo_scalar: Scalar;
    /// Everything joined, in a list.
    echo_scalars: Vec<Scalar>;
    /// Several registers joined.
    echo_cell: Cell;
    /// Several of them.
    echo_cells: Vec<Cell>;
}
