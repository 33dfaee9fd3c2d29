//! The search for the rate at which cash flows are worth nothing.
//!
//! It works on `x = ln(1 + rate)`: every `x` is a valid rate, and equal steps
//! of `x` are equal ratios of growth. Newton's method from the guess finds the
//! rate in a handful of steps almost always; where it runs away, a scan for a
//! change of sign and bisection find it as long as there is one to find.

const NEWTON_STEPS: u32 = 50;
/// The scan covers `x` from -SCAN_LIMIT to SCAN_LIMIT: rates from -99.9999 %
/// to 100,000,000 %.
const SCAN_LIMIT: f64 = 13.82;
const SCAN_STEPS: u32 = 1_000;
/// Halving a step of the scan this often leaves less than the spacing of
/// doubles.
const BISECTION_STEPS: u32 = 60;

/// The rate closest to `guess` that Newton's method or, failing that, the scan
/// finds; otherwise the number of evaluations that were spent.
pub(crate) fn rate_of_zero_value(cash_flows: &[f64], guess: f64) -> Result<f64, u32> {
    let start = guess.ln_1p();
    newton(cash_flows, start)
        .or_else(|| closest_bracket(cash_flows, start).map(|(a, b)| bisect(cash_flows, a, b)))
        .map(f64::exp_m1)
        .ok_or(NEWTON_STEPS + SCAN_STEPS)
}

/// The value of the polynomial with these coefficients, lowest power first.
pub(crate) fn horner(coefficients: &[f64], at: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, &coefficient| sum * at + coefficient)
}

/// Newton's method; `None` if it leaves the range of numbers or of the scan,
/// or stops where the value is not zero.
fn newton(cash_flows: &[f64], start: f64) -> Option<f64> {
    let mut x = start;
    for _ in 0..NEWTON_STEPS {
        let (mut value, mut slope, mut size) = (0.0, 0.0, 0.0);
        for (period, &amount) in cash_flows.iter().enumerate() {
            let discounted = amount * (-x * period as f64).exp();
            value += discounted;
            slope -= period as f64 * discounted;
            size += discounted.abs();
        }
        let step = value / slope;
        if !step.is_finite() || !size.is_finite() || (x - step).abs() > SCAN_LIMIT {
            return None;
        }
        x -= step;
        if step.abs() <= 1e-14 * x.abs().max(1.0) {
            return (value.abs() <= 1e-11 * size).then_some(x);
        }
    }
    None
}

/// The step of the scan, closest to `start`, over which the value changes
/// sign.
fn closest_bracket(cash_flows: &[f64], start: f64) -> Option<(f64, f64)> {
    let width = 2.0 * SCAN_LIMIT / f64::from(SCAN_STEPS);
    let point = |step: u32| f64::from(step) * width - SCAN_LIMIT;
    (0..SCAN_STEPS)
        .map(|step| (point(step), point(step + 1)))
        .filter(|&(a, b)| sign(cash_flows, a) != sign(cash_flows, b))
        .min_by(|one, other| (one.0 - start).abs().total_cmp(&(other.0 - start).abs()))
}

fn bisect(cash_flows: &[f64], mut low: f64, mut high: f64) -> f64 {
    let low_sign = sign(cash_flows, low);
    for _ in 0..BISECTION_STEPS {
        let middle = low.midpoint(high);
        if sign(cash_flows, middle) == low_sign {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.midpoint(high)
}

/// Whether the value at `x` is positive. For a negative `x`, whose discount
/// factors would overflow, the sum is taken from the other end: divided by the
/// largest factor it has the same sign.
fn sign(cash_flows: &[f64], x: f64) -> bool {
    if x >= 0.0 {
        horner(cash_flows, (-x).exp()) > 0.0
    } else {
        let growth = x.exp();
        cash_flows.iter().fold(0.0, |sum, amount| sum * growth + amount) > 0.0
    }
}
