//! `Result` as a value among others: as a parameter, or in a list. What an action's own
//! `Result` is, see [`outcomes`](crate::outcomes).

use ext_runtime::prelude::*;

use crate::structures::Line;

/// A result as an element of something else.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Attempt {
    /// Which attempt it was.
    pub number: u16,
    /// How it went.
    pub outcome: Result<Line, String>,
    /// How it went the time before, if there was one.
    pub before: Option<Result<(), u8>>,
}

echoes! {
    /// Results in a list.
    echo_results: Vec<Result<u32, String>>;
    /// Results of nothing, in a list.
    echo_signals: Vec<Result<(), ()>>;
    /// A result in a tuple, joined of an integer and a float.
    echo_result_in_tuple: (Result<u32, f32>, u8);
    /// A result in a structure.
    echo_attempt: Attempt;
}
