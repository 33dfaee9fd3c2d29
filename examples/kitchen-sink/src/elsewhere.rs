//! Types of another crate, under their own names and under others.

use std::collections::BTreeMap;

pub use shapes::Point as Place;
use shapes::Shape;

echoes! {
    /// A structure of another crate.
    echo_place: Place;
    /// An enum of another crate.
    echo_shape: Shape;
    /// Many of them.
    echo_shapes: BTreeMap<String, Vec<Shape>>;
}
