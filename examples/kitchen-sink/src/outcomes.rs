//! Errors of the extension's own: an action that returns `Result`. Here it is told which.

use ext_runtime::prelude::*;

use crate::structures::Line;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, ExtError)]
pub enum Refusal {
    /// Nobody is here.
    ///
    /// Not a part of the message.
    Closed,
    /// Too much was asked for.
    #[ext(message = "{0} is too much: at most {1} can be had")]
    TooMuch(u64, u8),
    /// Nobody knows this name.
    #[ext(message = "nobody knows {name:?} in {{{place}}}")]
    UnknownName {
        /// The name.
        name: String,
        /// Where it was looked for.
        place: String,
    },
    /// Something was wrong with a line.
    #[ext(message = "line {0} is wrong")]
    Line(u32),
}

/// An error without data: an `enum` at the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtError)]
pub enum Weather {
    /// It rains.
    Rain,
    /// It snows.
    Snow,
}

/// Makes an action of each line; it succeeds or fails as its argument says.
macro_rules! outcomes {
    ($($(#[$attribute:meta])* $name:ident: $ok:ty, $error:ty;)*) => { $(
        $(#[$attribute])*
        #[ext_action]
        pub fn $name(
            /// The outcome.
            outcome: Result<$ok, $error>,
        ) -> Result<$ok, $error> {
            outcome
        }
    )* };
}

outcomes! {
    /// Text, or an error with data.
    echo_outcome: String, Refusal;
    /// Nothing, or an error with data.
    echo_done: (), Refusal;
    /// Structures, or an error without data.
    echo_harvest: Vec<Line>, Weather;
    /// Nothing, or an error without data.
    echo_day: (), Weather;
    /// Nothing, or nothing.
    echo_signal: (), ();
    /// A number, or nothing.
    echo_parsed: u8, ();
    /// Nothing, or text.
    echo_complaint: (), String;
    /// An integer, or a float of its width.
    echo_measure: u32, f32;
    /// A float, or a list.
    echo_solution: f64, Vec<f64>;
    /// A number of 64 bits, or one of 8.
    echo_exit: u64, i8;
    /// Perhaps something, or perhaps a reason.
    echo_maybe: Option<u32>, Option<String>;
    /// A structure on the heap, or an error on the heap.
    echo_boxed_outcome: Box<Line>, Box<Refusal>;
}
