//! Numbers as decimal digits: what JSON writes, compared without a detour through binary
//! fractions, so that `0.1` is 0.1.

use std::cmp::Ordering;

use rust_decimal::Decimal;

/// A number whose digits are known, or one outside of what 28 digits hold.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// Up to 28 digits.
    Exact(Decimal),
    /// Anything else: very large and very small floating-point numbers.
    Float(f64),
}

impl Number {
    /// Reads what JSON or [`f64`]'s `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
        match exact {
            Ok(number) => Some(Self::Exact(number)),
            Err(_) => text.parse().ok().map(Self::Float),
        }
    }

    fn float(self) -> f64 {
        match self {
            Self::Exact(number) => number.try_into().unwrap_or(f64::NAN),
            Self::Float(number) => number,
        }
    }

    /// Digits behind the decimal point that are not zeros at the end.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Exact(number) => number.normalize().scale(),
            // Beyond 28 digits: large ones have no fraction, small ones have a long one.
            Self::Float(number) if number.fract() == 0.0 => 0,
            Self::Float(_) => u32::MAX,
        }
    }
}

/// Not for `NaN`, which is neither more nor less than anything.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => Some(a.cmp(b)),
            (a, b) => a.float().partial_cmp(&b.float()),
        }
    }
}
