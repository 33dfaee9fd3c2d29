//! Actions that do next to nothing, so that what is measured is the way there and back.

use ext_runtime::prelude::*;

/// A line of an order.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// How many of it.
    pub quantity: u32,
    /// What one costs.
    pub unit_price: f64,
}

/// An order: ten fields.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Order {
    /// Which one.
    pub number: u64,
    /// Who ordered.
    pub customer: String,
    /// In which currency.
    pub currency: String,
    /// When, in seconds since 1970.
    pub placed: i64,
    /// To be sent first.
    pub urgent: bool,
    /// In fractions of one.
    pub discount: f64,
    /// Perhaps a remark.
    pub note: Option<String>,
    /// Version of the form.
    pub form: u8,
    /// A signature.
    pub signature: Vec<u8>,
    /// What was ordered.
    pub lines: Vec<Line>,
}

/// Adds two numbers.
#[ext_action]
pub fn add(
    /// One.
    a: i32,
    /// The other.
    b: i32,
) -> i32 {
    a.wrapping_add(b)
}

/// Greets somebody.
#[ext_action]
pub fn greet(
    /// Whom.
    name: String,
) -> String {
    format!("Hello, {name}!")
}

/// Gives an order back.
#[ext_action]
pub fn order(
    /// What comes back.
    order: Order,
) -> Order {
    order
}
