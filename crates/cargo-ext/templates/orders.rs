//! Orders and their prices.

use ext_runtime::prelude::*;

/// A line of an order.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Line {
    /// The article.
    pub sku: String,
    /// How many of it.
    pub quantity: u32,
    /// What one costs, in cents.
    pub unit_price: u64,
}

/// Who buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtEnum)]
pub enum Customer {
    /// Pays what the list says.
    Retail,
    /// Pays a tenth less.
    Wholesale,
}

/// Why an order has no price.
#[derive(Debug, Clone, PartialEq, Eq, ExtError)]
pub enum PricingError {
    /// The order has no lines.
    Empty,
    /// A line orders nothing.
    #[ext(message = "the line for {0} has the quantity 0")]
    NoQuantity(String),
}

/// Prices an order, in cents.
#[ext_action]
pub fn price_order(
    /// What is ordered.
    lines: Vec<Line>,
    /// Who buys; retail if nobody says.
    customer: Option<Customer>,
) -> Result<u64, PricingError> {
    if lines.is_empty() {
        return Err(PricingError::Empty);
    }
    if let Some(line) = lines.iter().find(|line| line.quantity == 0) {
        return Err(PricingError::NoQuantity(line.sku.clone()));
    }
    let total: u64 = lines.iter().map(|line| u64::from(line.quantity) * line.unit_price).sum();
    Ok(match customer.unwrap_or(Customer::Retail) {
        Customer::Retail => total,
        Customer::Wholesale => total * 9 / 10,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str, quantity: u32, unit_price: u64) -> Line {
        Line { sku: sku.into(), quantity, unit_price }
    }

    #[test]
    fn wholesale_pays_less() {
        let lines = vec![line("A-1", 2, 500), line("B-2", 1, 1000)];
        assert_eq!(price_order(lines.clone(), None), Ok(2000));
        assert_eq!(price_order(lines, Some(Customer::Wholesale)), Ok(1800));
    }

    #[test]
    fn orders_need_articles() {
        assert_eq!(price_order(Vec::new(), None), Err(PricingError::Empty));
        let error = price_order(vec![line("A-1", 0, 500)], None).unwrap_err();
        assert_eq!(error.to_string(), "the line for A-1 has the quantity 0");
    }
}
