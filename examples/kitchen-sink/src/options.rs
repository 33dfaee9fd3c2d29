//! What may be missing.

use crate::cases::{Color, Scalar};
use crate::structures::Line;

echoes! {
    /// Perhaps a truth value.
    echo_option_bool: Option<bool>;
    /// Perhaps a character.
    echo_option_char: Option<char>;
    /// Perhaps a number of 8 bits.
    echo_option_i8: Option<i8>;
    /// Perhaps a number of 16 bits.
    echo_option_u16: Option<u16>;
    /// Perhaps a number of 32 bits.
    echo_option_u32: Option<u32>;
    /// Perhaps a number of 64 bits.
    echo_option_i64: Option<i64>;
    /// Perhaps a number.
    echo_option_f32: Option<f32>;
    /// Perhaps a number.
    echo_option_f64: Option<f64>;
    /// Perhaps a text.
    echo_option_string: Option<String>;
    /// Perhaps binary data.
    echo_option_bytes: Option<Vec<u8>>;
    /// Perhaps a list.
    echo_option_list: Option<Vec<Option<String>>>;
    /// Perhaps two values.
    echo_option_pair: Option<(u8, String)>;
    /// Perhaps a structure.
    echo_option_line: Option<Line>;
    /// Perhaps a color.
    echo_option_color: Option<Color>;
    /// Perhaps one of several.
    echo_option_scalar: Option<Scalar>;
    /// Missing, there and empty, or there.
    echo_option_option: Option<Option<u32>>;
    /// One more level.
    echo_option_option_option: Option<Option<Option<String>>>;
    /// Perhaps on the heap.
    echo_option_box: Option<Box<Line>>;
}
