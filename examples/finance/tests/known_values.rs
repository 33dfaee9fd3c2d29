//! Results held against values that others publish.
//!
//! "Excel" names the example on the function's page of Microsoft's
//! documentation; each of its values was confirmed with numpy-financial 1.0.0
//! to the digits given here.

use finance::{
    Due, FinanceError, amortization_schedule, internal_rate_of_return, net_present_value, payment,
};

#[track_caller]
fn assert_close(result: Result<f64, FinanceError>, expected: f64) {
    let value = result.expect("a value");
    let tolerance = 1e-9 * expected.abs().max(1.0);
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
}

#[test]
fn net_present_values() {
    // Excel, NPV: `=NPV(10%, -10000, 3000, 4200, 6800)`, its first flow after one period.
    let flows = vec![0.0, -10_000.0, 3_000.0, 4_200.0, 6_800.0];
    assert_close(net_present_value(0.1, flows), 1_188.443_412_335_221_6);
    // Excel, NPV: `=NPV(8%, 8000, 9200, 10000, 12000, 14500) + -40000`.
    let flows = vec![-40_000.0, 8_000.0, 9_200.0, 10_000.0, 12_000.0, 14_500.0];
    assert_close(net_present_value(0.08, flows), 1_922.061_554_932_364_7);
    assert_close(net_present_value(0.05, vec![]), 0.0);
    assert_close(net_present_value(0.0, vec![-3.0, 1.0, 2.0]), 0.0);
}

#[test]
fn internal_rates_of_return() {
    // Excel, IRR: a business after four years (-2.1 %), five (8.7 %) and two (-44.4 %).
    let flows = [-70_000.0, 12_000.0, 15_000.0, 18_000.0, 21_000.0, 26_000.0];
    let irr = |years, guess| internal_rate_of_return(flows[..=years].to_vec(), guess);
    assert_close(irr(4, None), -0.021_244_848_273_410_888);
    assert_close(irr(5, None), 0.086_630_948_036_531_49);
    assert_close(irr(2, Some(-0.1)), -0.443_506_941_334_740_56);
    // (1 + rate)^2 = 4
    assert_close(internal_rate_of_return(vec![-1.0, 0.0, 4.0], None), 1.0);
}

#[test]
fn a_rate_is_found_from_any_guess() {
    let flows = vec![-70_000.0, 12_000.0, 15_000.0, 18_000.0, 21_000.0, 26_000.0];
    for guess in [-0.999_999, -0.9, 0.0, 5.0, 1e4, 1e12] {
        let rate = internal_rate_of_return(flows.clone(), Some(guess));
        assert_close(rate, 0.086_630_948_036_531_49);
    }
}

#[test]
fn far_rates_are_found() {
    assert_close(internal_rate_of_return(vec![-1e-3, 1e3], None), 999_999.0);
    let lost = internal_rate_of_return(vec![-1e5, 0.0, 1.0], None);
    assert_close(lost, 1e-5f64.sqrt() - 1.0);
    // Monthly flows over 30 years at 0.5 %: the annuity of 100 a month.
    let mut flows = vec![-100.0 * (1.0 - 1.005f64.powi(-360)) / 0.005];
    flows.extend([100.0; 360]);
    assert_close(internal_rate_of_return(flows, None), 0.005);
}

#[test]
fn of_several_rates_the_closest_to_the_guess() {
    // (1 + rate) = 1.1 and 1.5: -1 + 2.6 v - 1.65 v^2.
    let flows = vec![-1.0, 2.6, -1.65];
    assert_close(internal_rate_of_return(flows.clone(), Some(0.05)), 0.1);
    assert_close(internal_rate_of_return(flows, Some(0.6)), 0.5);
}

#[test]
fn no_rate() {
    let irr = |flows: &[f64]| internal_rate_of_return(flows.to_vec(), None).unwrap_err();
    assert_eq!(irr(&[]), FinanceError::NoSignChange);
    assert_eq!(irr(&[1.0, 2.0, 0.0]), FinanceError::NoSignChange);
    // 1 - 2 v + 2 v^2 is positive everywhere.
    let none = irr(&[1.0, -2.0, 2.0]);
    assert!(matches!(none, FinanceError::NotConverged { .. }));
}

#[test]
fn payments() {
    // Excel, PMT: a loan of 10,000 over 10 months at 8 % a year, due at the end and the beginning.
    let monthly = 0.08 / 12.0;
    assert_close(payment(monthly, 10, 10_000.0, None, None), -1_037.032_089_359_163_6);
    assert_close(payment(monthly, 10, 10_000.0, None, Some(Due::Begin)), -1_030.164_327_177_977_2);
    // Excel, PMT: saving 50,000 in 18 years at 6 % a year.
    assert_close(payment(0.06 / 12.0, 216, 0.0, Some(50_000.0), None), -129.081_160_867_995_4);
    assert_close(payment(0.0, 10, 1_000.0, None, None), -100.0);
    // Close to 0 the interest is that on the average balance.
    assert_close(payment(1e-12, 12, 1_200.0, None, None), -100.000_000_000_65);
    // A thousand years at 50 %: the interest alone.
    assert_close(payment(0.5, 12_000, 100.0, None, None), -50.0);
}

#[test]
fn a_schedule_in_cents() {
    let schedule = amortization_schedule(10_000.0, 0.08 / 12.0, 10, None, Some(2)).unwrap();
    let first = &schedule[0];
    assert_eq!(
        (first.payment, first.interest, first.principal, first.balance),
        (1_037.03, 66.67, 970.36, 9_029.64)
    );
    assert_eq!(schedule.len(), 10);
    assert!(schedule[..9].iter().all(|line| line.payment == 1_037.03));
    // The last payment takes what rounding left.
    assert_eq!(schedule[9].payment, 1_037.07);
    assert_eq!(schedule[9].balance, 0.0);
    let cents: f64 = schedule.iter().map(|line| line.principal * 100.0).sum();
    assert_eq!(cents.round(), 1_000_000.0);
}

#[test]
fn an_exact_schedule() {
    for due in [Due::End, Due::Begin] {
        let regular = -payment(0.01, 24, 5_000.0, None, Some(due)).unwrap();
        let schedule = amortization_schedule(5_000.0, 0.01, 24, Some(due), None).unwrap();
        for line in &schedule {
            assert!((line.payment - regular).abs() < 1e-9, "{due:?}: {line:?}");
        }
        assert_eq!(schedule[23].balance, 0.0);
        let paid_first_day = due == Due::Begin;
        assert_eq!(schedule[0].interest == 0.0, paid_first_day);
    }
}

#[test]
fn small_loans_are_settled_early_when_rounded() {
    let schedule = amortization_schedule(0.05, 0.0, 10, None, Some(2)).unwrap();
    let payments: Vec<f64> = schedule.iter().map(|line| line.payment).collect();
    assert_eq!(payments, [0.01, 0.01, 0.01, 0.01, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(schedule[9].balance, 0.0);
}

#[test]
fn errors_say_what_is_wrong() {
    let cases = [
        (
            net_present_value(-1.0, vec![]).unwrap_err(),
            "rate is -1, but a rate must be above -1 (-100 %)",
        ),
        (
            net_present_value(0.1, vec![1.0, f64::NAN]).unwrap_err(),
            "cash_flows[1] is not a finite number",
        ),
        (
            payment(0.01, 0, 1.0, None, None).unwrap_err(),
            "0 periods: the number must be from 1 to 12000",
        ),
        (
            amortization_schedule(-5.0, 0.01, 12, None, None).unwrap_err(),
            "the loan is -5, but it cannot be negative",
        ),
        (
            amortization_schedule(5.0, 0.01, 12, None, Some(7)).unwrap_err(),
            "7 decimals: the number must be from 0 to 6",
        ),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(net_present_value(-0.999_999, vec![1e300; 100]), Err(FinanceError::Overflow));
}
