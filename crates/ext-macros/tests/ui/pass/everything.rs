#![deny(warnings, unsafe_op_in_unsafe_fn)]
#![allow(dead_code)]
//! What needs no special care.

use std::collections::HashMap;

use ext_runtime::prelude::*;

mod shapes {
    use ext_runtime::prelude::*;

    /// Used under another name below.
    #[derive(ExtStructure)]
    pub struct Point {
        /// Right.
        pub x: f64,
        /// Up.
        pub r#type: u8,
    }
}

pub use shapes::Point as Place;

/// An alias.
type Places = Vec<Place>;

/// A generic structure.
#[derive(ExtStructure)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
}

/// An error.
#[derive(Debug, ExtError)]
pub enum Failure {
    /// First paragraph,
    /// on two lines.
    ///
    /// Second.
    Plain,
    /// With data.
    #[ext(message = "{{{0}}} of {1:?}")]
    Tuple(u32, String),
    /// With fields.
    #[ext(message = "{place} at {time}")]
    Fields { place: String, time: u64 },
}

macro_rules! action {
    ($name:ident, $ty:ty) => {
        /// Made by a macro.
        #[ext_action]
        pub fn $name(value: $ty) -> $ty {
            value
        }
    };
}

action!(first, u32);
action!(second, Option<HashMap<String, Places>>);

/// Parameters can be documented, mutable and raw.
#[ext_action]
pub fn sort(
    /// What to sort.
    mut values: Vec<i64>,
    /** How. */
    r#type: Box<bool>,
) -> Result<Page<i64>, Failure> {
    values.sort();
    if *r#type { Ok(Page { items: values }) } else { Err(Failure::Plain) }
}

/// Not on this machine.
#[cfg(any())]
#[ext_action]
pub fn absent(value: std::rc::Rc<u8>) {}

/// Nothing in, nothing out.
#[ext_action]
pub(crate) fn nothing() {}

fn main() {
    assert_eq!(first(3), 3);
    assert_eq!(sort(vec![2, 1], Box::new(true)).ok().map(|page| page.items), Some(vec![1, 2]));
    for (error, message) in [
        (Failure::Plain, "First paragraph, on two lines"),
        (Failure::Tuple(3, "x".into()), "{3} of \"x\""),
        (Failure::Fields { place: "here".into(), time: 5 }, "here at 5"),
    ] {
        assert_eq!(error.to_string(), message);
    }
}
