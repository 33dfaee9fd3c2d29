//! The client that `ext_build::client()` generates for the three actions, and an order.

// What is generated is documented by the extension's author.
#![allow(missing_docs)]

ext_host::extensions!();

pub use calls::{Calls, Line, Order};

/// The order that goes there and back.
pub fn order() -> Order {
    let line = |number| Line { sku: format!("A-{number}"), quantity: number, unit_price: 9.5 };
    Order {
        number: 4711,
        customer: "Ada Lovelace".into(),
        currency: "EUR".into(),
        placed: 1_700_000_000,
        urgent: true,
        discount: 0.05,
        note: Some("at the back door".into()),
        form: 3,
        signature: vec![7; 64],
        lines: (1..=5).map(line).collect(),
    }
}
