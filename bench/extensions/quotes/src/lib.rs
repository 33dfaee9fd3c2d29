//! An action that does next to nothing, so that what is measured is the way there and back.

use ext_runtime::prelude::*;

/// What an article costs.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Quote {
    /// The article.
    pub sku: String,
    /// All of it, in cents.
    pub total: u64,
    /// Whether the price is that of many.
    pub discounted: bool,
}

/// Says what so many of an article cost.
#[ext_action]
pub fn quote(
    /// The article.
    sku: String,
    /// How many of it.
    quantity: u32,
    /// What one costs, in cents.
    price: u64,
) -> Quote {
    let full = price.saturating_mul(u64::from(quantity));
    let discounted = quantity >= 100;
    Quote { sku, total: if discounted { full / 10 * 9 } else { full }, discounted }
}
