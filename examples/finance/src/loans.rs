//! Payments of a loan or a savings plan, and the schedule of a loan.

use ext_runtime::prelude::*;

use crate::errors::{FinanceError, finite, in_range, rate_above_minus_one};

/// A thousand years of months.
const MAX_PERIODS: u32 = 12_000;
const MAX_DECIMALS: u8 = 6;

/// When the payment of a period is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtEnum)]
pub enum Due {
    /// At the end of each period, as for most loans.
    End,
    /// At the beginning of each period, as for most leases.
    Begin,
}

/// One payment of a loan.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Installment {
    /// The number of the period, from 1.
    pub period: u32,
    /// What is paid: interest and principal.
    pub payment: f64,
    /// The part that is interest on the balance before.
    pub interest: f64,
    /// The part that pays back the loan.
    pub principal: f64,
    /// What is still owed after this payment; exactly 0 after the last one.
    pub balance: f64,
}

/// Computes the constant payment of a loan or a savings plan.
///
/// Money received is positive and money paid negative, for the result too: a
/// loan received now (positive present value) gives a negative payment.
#[ext_action]
pub fn payment(
    /// The interest rate per period, above -1.
    rate: f64,
    /// The number of payments, from 1 to 12,000.
    periods: u32,
    /// What is received now: the loan; negative for a deposit.
    present_value: f64,
    /// What remains after the last payment; 0 if not given. A loan that leaves
    /// 500 to pay has -500, savings that reach 500 have 500.
    future_value: Option<f64>,
    /// When each payment is due; at the end of the period if not given.
    due: Option<Due>,
) -> Result<f64, FinanceError> {
    rate_above_minus_one("rate", rate)?;
    check_periods(periods)?;
    finite("present_value", present_value)?;
    let future_value = finite("future_value", future_value.unwrap_or(0.0))?;
    let due = due.unwrap_or(Due::End);
    in_range(constant_payment(rate, periods, present_value, future_value, due))
}

/// Computes every payment of a loan with constant payments.
///
/// The last payment settles what is left, so that the loan ends at exactly 0:
/// with rounding, it differs from the others by the cents that rounding left.
#[ext_action]
pub fn amortization_schedule(
    /// The loan, 0 or more.
    loan: f64,
    /// The interest rate per period, above -1.
    rate: f64,
    /// The number of payments, from 1 to 12,000.
    periods: u32,
    /// When each payment is due; at the end of the period if not given.
    due: Option<Due>,
    /// Round every amount to this many decimals, from 0 to 6: 2 for cents. Not
    /// rounded if not given.
    decimals: Option<u8>,
) -> Result<Vec<Installment>, FinanceError> {
    rate_above_minus_one("rate", rate)?;
    check_periods(periods)?;
    if finite("loan", loan)? < 0.0 {
        return Err(FinanceError::NegativeLoan(loan));
    }
    let round = rounding(decimals)?;
    let due = due.unwrap_or(Due::End);
    let regular = round(in_range(-constant_payment(rate, periods, loan, 0.0, due))?);

    let mut balance = round(loan);
    let mut schedule = Vec::with_capacity(periods as usize);
    for period in 1..=periods {
        // Paid on the first day, no interest is due yet.
        let interest = match (due, period) {
            (Due::Begin, 1) => 0.0,
            _ => round(balance * rate),
        };
        // A payment rounded up can settle a small loan before its last period.
        let principal =
            if period == periods { balance } else { round(regular - interest).min(balance) };
        balance = round(balance - principal);
        schedule.push(Installment {
            period,
            payment: round(interest + principal),
            interest,
            principal,
            balance,
        });
    }
    Ok(schedule)
}

/// The payment that solves `present_value + payment * annuity + future_value *
/// discount = 0`. Logarithms keep it exact for rates close to 0, where
/// `1 - discount` would cancel.
fn constant_payment(
    rate: f64,
    periods: u32,
    present_value: f64,
    future_value: f64,
    due: Due,
) -> f64 {
    let periods = f64::from(periods);
    if rate == 0.0 {
        return -(present_value + future_value) / periods;
    }
    let growth = -periods * rate.ln_1p();
    let annuity = -growth.exp_m1() / rate
        * match due {
            Due::End => 1.0,
            Due::Begin => 1.0 + rate,
        };
    -(present_value + future_value * growth.exp()) / annuity
}

fn check_periods(periods: u32) -> Result<(), FinanceError> {
    if (1..=MAX_PERIODS).contains(&periods) {
        Ok(())
    } else {
        Err(FinanceError::InvalidPeriods { periods, limit: MAX_PERIODS })
    }
}

/// How amounts are rounded: half away from zero, as commerce does.
fn rounding(decimals: Option<u8>) -> Result<impl Fn(f64) -> f64, FinanceError> {
    if let Some(decimals) = decimals
        && decimals > MAX_DECIMALS
    {
        return Err(FinanceError::InvalidDecimals { decimals, limit: MAX_DECIMALS });
    }
    let unit = decimals.map(|decimals| 10f64.powi(decimals.into()));
    Ok(move |amount: f64| match unit {
        // Amounts beyond the precision of a double have no decimals to round.
        Some(unit) if (amount * unit).abs() < 9.0e15 => (amount * unit).round() / unit,
        _ => amount,
    })
}
