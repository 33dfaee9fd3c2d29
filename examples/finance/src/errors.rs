//! What can be wrong with a calculation, and the checks that find it.

use ext_runtime::prelude::*;

/// Why a calculation has no result.
#[derive(Debug, Clone, PartialEq, ExtError)]
pub enum FinanceError {
    /// An amount or a rate is infinite or not a number.
    #[ext(message = "{parameter} is not a finite number")]
    NotFinite {
        /// The parameter; for a list with the position, from 0.
        parameter: String,
    },
    /// A rate of -1 loses everything in one period; nothing is defined at or
    /// below it.
    #[ext(message = "{parameter} is {rate}, but a rate must be above -1 (-100 %)")]
    RateTooLow {
        /// The parameter.
        parameter: String,
        /// The rate that was given.
        rate: f64,
    },
    /// The number of periods is 0 or beyond what is computed.
    #[ext(message = "{periods} periods: the number must be from 1 to {limit}")]
    InvalidPeriods {
        /// The number that was given.
        periods: u32,
        /// The largest number allowed.
        limit: u32,
    },
    /// A loan cannot be negative.
    #[ext(message = "the loan is {0}, but it cannot be negative")]
    NegativeLoan(f64),
    /// Money is not rounded to that many decimals.
    #[ext(message = "{decimals} decimals: the number must be from 0 to {limit}")]
    InvalidDecimals {
        /// The number that was given.
        decimals: u8,
        /// The largest number allowed.
        limit: u8,
    },
    /// An internal rate of return needs money paid and money received: at
    /// least one negative and one positive cash flow.
    NoSignChange,
    /// The cash flows change sign, but no rate was found at which they are
    /// worth nothing. Several changes of sign can mean that there is none.
    #[ext(message = "no rate found after {iterations} evaluations of the net present value")]
    NotConverged {
        /// How often the net present value was computed.
        iterations: u32,
    },
    /// The result is too large for a number.
    Overflow,
}

/// Checks an amount.
pub(crate) fn finite(parameter: &str, value: f64) -> Result<f64, FinanceError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(FinanceError::NotFinite { parameter: parameter.into() })
    }
}

/// Checks each amount of a list.
pub(crate) fn all_finite(parameter: &str, values: &[f64]) -> Result<(), FinanceError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(position) => {
            Err(FinanceError::NotFinite { parameter: format!("{parameter}[{position}]") })
        }
    }
}

/// Checks a rate per period.
pub(crate) fn rate_above_minus_one(parameter: &str, rate: f64) -> Result<f64, FinanceError> {
    if finite(parameter, rate)? > -1.0 {
        Ok(rate)
    } else {
        Err(FinanceError::RateTooLow { parameter: parameter.into(), rate })
    }
}

/// Checks a result: inputs in range can still multiply beyond every number.
pub(crate) fn in_range(result: f64) -> Result<f64, FinanceError> {
    if result.is_finite() { Ok(result) } else { Err(FinanceError::Overflow) }
}
