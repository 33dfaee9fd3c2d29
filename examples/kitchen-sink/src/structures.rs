//! Named fields.

use std::collections::BTreeMap;

use ext_runtime::prelude::*;

use crate::cases::{Color, Scalar};

/// A line of an order.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// How many of it.
    pub quantity: u32,
    /// What one costs.
    pub unit_price: f64,
    /// What the customer said about it.
    pub note: Option<String>,
}

/// Where somebody lives.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Address {
    /// Street and number, each on a line of its own if need be.
    pub lines: Vec<String>,
    /// As the country writes it.
    pub postal_code: String,
    /// The country's code.
    pub country: (char, char),
}

/// An order: fields of every kind, nested over several levels.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Order {
    /// Which one.
    pub number: u64,
    /// Version of the form.
    pub form: u8,
    /// Who ordered.
    pub customer: String,
    /// Where the goods go.
    pub shipping: Address,
    /// Where the invoice goes, if somewhere else.
    pub billing: Option<Address>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Parts of the order that travel alone.
    pub shipments: Vec<Vec<Line>>,
    /// In fractions of one.
    pub discount: f32,
    /// Added or taken away.
    pub correction: i16,
    /// To be sent first.
    pub urgent: bool,
    /// The color of the wrapping.
    pub wrapping: Color,
    /// The payment's reference.
    pub reference: Scalar,
    /// A scan of the signature.
    pub signature: Vec<u8>,
    /// Whatever else.
    pub labels: BTreeMap<String, String>,
}

/// Small fields between large ones.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Padded {
    /// One byte.
    pub a: u8,
    /// Eight bytes.
    pub b: f64,
    /// One byte.
    pub c: bool,
    /// Two bytes.
    pub d: i16,
    /// One byte.
    pub e: i8,
    /// Four bytes.
    pub f: char,
    /// One byte.
    pub g: Option<bool>,
}

echoes! {
    /// A structure with text in it.
    echo_line: Line;
    /// A structure with a list and a tuple in it.
    echo_address: Address;
    /// A structure with everything in it.
    echo_order: Order;
    /// Several of them.
    echo_orders: Vec<Order>;
    /// A structure with gaps between its fields.
    echo_padded_structure: Padded;
    /// A structure on the heap.
    echo_boxed_line: Box<Line>;
}

/// Adds up an order.
#[ext_action]
pub fn total(
    /// What was ordered.
    lines: Vec<Line>,
    /// In fractions of one.
    discount: Option<f32>,
    /// Added for each line.
    fee: u8,
) -> f64 {
    let sum: f64 = lines.iter().map(|it| it.unit_price * f64::from(it.quantity)).sum();
    let fees = f64::from(fee) * lines.len() as f64;
    sum * (1.0 - f64::from(discount.unwrap_or_default())) + fees
}
