//! The worth of cash flows at a rate, and the rate at which they are worth
//! nothing.

use ext_runtime::prelude::*;

use crate::errors::{FinanceError, all_finite, in_range, rate_above_minus_one};
use crate::roots;

/// Computes what a series of cash flows is worth today.
///
/// The first cash flow is paid today and is not discounted, the next one after
/// one period, and so on. The NPV function of spreadsheet programs discounts
/// the first one too; their result is this one divided by `1 + rate`.
#[ext_action]
pub fn net_present_value(
    /// The discount rate per period, above -1.
    rate: f64,
    /// One amount per period, today's first; paid negative, received positive.
    cash_flows: Vec<f64>,
) -> Result<f64, FinanceError> {
    rate_above_minus_one("rate", rate)?;
    all_finite("cash_flows", &cash_flows)?;
    in_range(roots::horner(&cash_flows, 1.0 / (1.0 + rate)))
}

/// Computes the rate per period at which a series of cash flows is worth
/// nothing today.
///
/// Where several rates fit, the one closest to the guess is preferred; where
/// the search from the guess fails, rates from -99.9999 % to 100,000,000 % are
/// searched.
#[ext_action]
pub fn internal_rate_of_return(
    /// One amount per period, today's first; paid negative, received positive.
    cash_flows: Vec<f64>,
    /// Where to start the search; 0.1 if not given.
    guess: Option<f64>,
) -> Result<f64, FinanceError> {
    let guess = rate_above_minus_one("guess", guess.unwrap_or(0.1))?;
    all_finite("cash_flows", &cash_flows)?;
    let pays = cash_flows.iter().any(|&amount| amount < 0.0);
    let receives = cash_flows.iter().any(|&amount| amount > 0.0);
    if !(pays && receives) {
        return Err(FinanceError::NoSignChange);
    }
    roots::rate_of_zero_value(&cash_flows, guess)
        .map_err(|iterations| FinanceError::NotConverged { iterations })
}
