//! Lists: of scalars, whose memory crosses as it is, and of everything else, element by
//! element.

use crate::structures::Line;

echoes! {
    /// Elements of one byte that are no bytes: a list, not binary data.
    echo_bools: Vec<bool>;
    /// Signed bytes.
    echo_i8s: Vec<i8>;
    /// Elements of eight bytes.
    echo_i64s: Vec<i64>;
    /// Any numbers.
    echo_f32s: Vec<f32>;
    /// Any numbers.
    echo_f64s: Vec<f64>;
    /// Characters one by one.
    echo_chars: Vec<char>;
    /// Elements that own memory.
    echo_strings: Vec<String>;
    /// Lists of lists.
    echo_matrix: Vec<Vec<u32>>;
    /// Three levels.
    echo_deep: Vec<Vec<Vec<String>>>;
    /// Binary data, several times.
    echo_blobs: Vec<Vec<u8>>;
    /// Elements that may be missing.
    echo_gaps: Vec<Option<u64>>;
    /// Elements with padding between their parts.
    echo_pairs: Vec<(u8, u64)>;
    /// Structures.
    echo_lines: Vec<Line>;
    /// Elements on the heap.
    echo_boxes: Vec<Box<String>>;
}
