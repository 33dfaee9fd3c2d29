//! Types that are used at several types.

use ext_runtime::prelude::*;

use crate::structures::Line;

/// A part of a longer list.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one starts, if there is one.
    pub next: Option<u64>,
}

/// One or the other.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Either<L, R> {
    /// The one.
    Left(L),
    /// The other, with a word about it.
    Right {
        /// The value.
        value: R,
        /// The word.
        note: String,
    },
}

echoes! {
    /// A page of text.
    echo_page_of_text: Page<String>;
    /// A page of structures.
    echo_page_of_lines: Page<Line>;
    /// A page of pages of bytes.
    echo_page_of_pages: Page<Page<Vec<u8>>>;
    /// A float or an integer.
    echo_either_number: Either<f32, u64>;
    /// A page or nothing to speak of.
    echo_either_page: Either<Page<String>, Option<bool>>;
}
