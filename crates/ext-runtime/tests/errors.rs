//! `#[derive(ExtError)]`: what is said when a case happens.

use std::error::Error;

use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
enum OrderError {
    /// The order has no lines.
    Empty,
    /// A message is the first paragraph,
    /// on one line.
    ///
    /// The rest is for the documentation only.
    Documented(u32),
    // Not documented at all.
    Undocumented,
    /// Braces {0} in documentation stand for themselves.
    Braces(u32),
    #[ext(message = "no price list knows the currency {0}")]
    UnknownCurrency(String),
    #[ext(message = "{1} of {0}, {1} again, never the third")]
    Numbered(u8, char, bool),
    #[ext(message = "{quantity} pieces of {sku}")]
    Named {
        sku: String,
        quantity: u32,
        price: f64,
    },
    #[ext(message = "a {type} is no {fn}")]
    Raw {
        r#type: u8,
        r#fn: u8,
    },
    #[ext(message = "{{{0}}} as it is, {0:?} quoted, {0:>3} padded")]
    Formatted(String),
    #[ext(message = "a \"quoted\"\nsecond line, 100 %, größer")]
    Text,
    /// Documented, too.
    #[ext(message = "")]
    Silent,
}

#[test]
fn messages() {
    use OrderError::*;
    let cases = [
        (Empty, "The order has no lines"),
        (Documented(1), "A message is the first paragraph, on one line"),
        (Undocumented, "Undocumented"),
        (Braces(1), "Braces {0} in documentation stand for themselves"),
        (UnknownCurrency("XXX".into()), "no price list knows the currency XXX"),
        (Numbered(1, 'b', true), "b of 1, b again, never the third"),
        (Named { sku: "A-1".into(), quantity: 3, price: 1.0 }, "3 pieces of A-1"),
        (Raw { r#type: 1, r#fn: 2 }, "a 1 is no 2"),
        (Formatted("x".into()), "{x} as it is, \"x\" quoted,   x padded"),
        (Text, "a \"quoted\"\nsecond line, 100 %, größer"),
        (Silent, ""),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message, "{error:?}");
    }
}

#[test]
fn an_error_is_an_error() {
    let error: Box<dyn Error + Send + Sync> = OrderError::Empty.into();
    assert!(error.source().is_none());
    assert!(error.downcast_ref::<OrderError>().is_some());
}

#[derive(Debug, ExtError)]
enum Generic<T: std::fmt::Debug> {
    #[ext(message = "too many")]
    TooMany(T),
}

#[test]
fn a_generic_error_is_an_error() {
    let error: Box<dyn Error> = Generic::TooMany(3_u32).into();
    assert_eq!(error.to_string(), "too many");
}
