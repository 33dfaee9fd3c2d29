//! Numbers, truth values, characters, and nothing at all.

use ext_runtime::prelude::*;

echoes! {
    /// `true` or `false`.
    echo_bool: bool;
    /// From -128.
    echo_i8: i8;
    /// From -32,768.
    echo_i16: i16;
    /// From -2^31.
    echo_i32: i32;
    /// From -2^63.
    echo_i64: i64;
    /// Below 2^8.
    echo_u8: u8;
    /// Below 2^16.
    echo_u16: u16;
    /// Below 2^32.
    echo_u32: u32;
    /// Below 2^64.
    echo_u64: u64;
    /// Single precision.
    echo_f32: f32;
    /// Double precision.
    echo_f64: f64;
    /// Any Unicode scalar value.
    echo_char: char;
    /// On the heap here, a number at the boundary.
    echo_boxed: Box<u32>;
}

/// Takes nothing, gives nothing.
#[ext_action]
pub fn echo_nothing() {}

/// As `echo_nothing`, with the result spelled out.
#[ext_action]
pub fn echo_unit() -> () {}

/// Takes nothing.
#[ext_action]
pub fn answer() -> u8 {
    42
}

/// Gives nothing.
#[ext_action]
pub fn swallow(
    /// What is never seen again.
    value: String,
) {
    drop(value);
}
