//! Under the strictest lints, and without `unsafe`.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unsafe_op_in_unsafe_fn,
    unused_qualifications,
    unreachable_pub,
    single_use_lifetimes,
    unused_lifetimes,
    let_underscore_drop,
    non_ascii_idents,
    clippy::all,
    clippy::pedantic,
    clippy::undocumented_unsafe_blocks,
    clippy::absolute_paths
)]

use ext_runtime::prelude::*;

/// A line.
#[derive(Debug, Clone, ExtStructure)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// Part of many.
#[derive(Debug, Clone, ExtStructure)]
pub struct Page<T: Clone, U>
where
    U: Clone,
{
    /// These.
    pub items: Vec<T>,
    /// How to go on.
    pub next: U,
}

/// A shape.
#[derive(Debug, Clone, ExtEnum)]
pub enum Shape {
    /// None.
    Nothing,
    /// One.
    Circle(f64),
    /// Two.
    Box {
        /// Across.
        width: f64,
        /// Up.
        height: f64,
    },
    /// Three.
    Pair(Line, Option<Line>),
}

/// Small.
#[derive(Debug, Clone, Copy, ExtEnum)]
pub enum Size {
    /// S.
    Small,
    /// L.
    Large,
}

/// A mistake.
#[derive(Debug, ExtError)]
pub enum Failure {
    /// No line.
    Empty,
    /// One too many.
    #[cfg(any())]
    Absent(std::time::Duration),
    /// Too large.
    #[ext(message = "{0} is larger than {1:>4}")]
    Large(u32, u32),
}

/// Going away.
#[deprecated]
#[derive(Debug, ExtStructure)]
pub struct Old {
    /// Its age.
    #[deprecated]
    pub age: u64,
}

/// Turns shapes.
///
/// # Errors
/// When there is none.
#[ext_action]
pub fn turn(
    /// Them.
    shapes: Vec<Shape>,
    /// How large.
    size: Size,
) -> Result<Vec<Shape>, Failure> {
    match (shapes.len(), size) {
        (0, _) => Err(Failure::Empty),
        (1, Size::Small) => Err(Failure::Large(2, 1)),
        _ => Ok(shapes),
    }
}

/// Going away too.
#[deprecated]
#[ext_action]
#[must_use]
pub fn age() -> u64 {
    3
}

/// Pages.
#[ext_action]
#[must_use]
pub fn pages(size: Page<Line, u8>) -> Page<Line, (Line, Size)> {
    let line = Line { sku: size.next.to_string(), quantity: 1 };
    Page { items: size.items, next: (line, Size::Small) }
}

mod private {
    use ext_runtime::prelude::*;

    #[derive(ExtStructure)]
    pub(crate) struct Hidden {
        field: u8,
    }

    #[ext_action]
    pub(crate) fn hidden(hidden: Hidden) -> Hidden {
        Hidden { field: hidden.field + 1 }
    }
}

fn main() {
    println!("{:?}", turn(vec![], Size::Large).map_err(|error| error.to_string()));
    let _ = private::hidden;
}
