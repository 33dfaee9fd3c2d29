//! Time value of money: what a series of cash flows is worth, which rate it
//! earns, and how a loan is paid back.
//!
//! Every function is an action of the extension and, on the author's own
//! machine, the plain function that it is: `cargo test` calls it directly.
//!
//! Amounts are `f64`. Rates are fractions per period: 5 % a year is `0.05`
//! where a period is a year, and `0.05 / 12.0` where it is a month.

mod errors;
mod loans;
mod rates;
mod roots;

pub use errors::FinanceError;
pub use loans::{Due, Installment, amortization_schedule, payment};
pub use rates::{internal_rate_of_return, net_present_value};
