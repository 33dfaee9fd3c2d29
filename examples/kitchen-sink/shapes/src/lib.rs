//! Types that an extension takes from another crate.
//!
//! What a crate is used for decides: its types cross the boundary of every extension that
//! names them, but its actions are no actions of theirs.

use ext_runtime::prelude::*;

/// A place in the plane.
#[derive(Debug, Clone, Copy, PartialEq, ExtStructure)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Shape {
    /// All points at a distance from one.
    Circle {
        /// The one in the middle.
        center: Point,
        /// The distance.
        radius: f64,
    },
    /// Points joined by straight lines, the last to the first.
    Polygon(Vec<Point>),
    /// Nowhere.
    Empty,
}

/// Measures a figure. An action here, and nowhere else.
#[ext_action]
pub fn area(
    /// The figure.
    shape: Shape,
) -> f64 {
    match shape {
        Shape::Circle { radius, .. } => std::f64::consts::PI * radius * radius,
        Shape::Polygon(points) => {
            let next = points.iter().cycle().skip(1);
            let twice: f64 = points.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
            twice.abs() / 2.0
        }
        Shape::Empty => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square() {
        let corner = |x, y| Point { x, y };
        let square = vec![corner(0.0, 0.0), corner(2.0, 0.0), corner(2.0, 2.0), corner(0.0, 2.0)];
        assert_eq!(area(Shape::Polygon(square)), 4.0);
    }
}
