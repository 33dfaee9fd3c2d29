//! A client as `ext_build::client()` generates it, for the three actions.

use std::convert::Infallible;

use ext_host::{Call, Error, Extension, LoadError};
use wasmtime::component::{ComponentType, Lift, Lower};

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Line {
    pub sku: String,
    pub quantity: u32,
    #[component(name = "unit-price")]
    pub unit_price: f64,
}

#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Order {
    pub number: u64,
    pub customer: String,
    pub currency: String,
    pub placed: i64,
    pub urgent: bool,
    pub discount: f64,
    pub note: Option<String>,
    pub form: u8,
    pub signature: Vec<u8>,
    pub lines: Vec<Line>,
}

/// The order that goes there and back.
pub fn order() -> Order {
    let line = |number| Line { sku: format!("A-{number}"), quantity: number, unit_price: 9.5 };
    Order {
        number: 4711,
        customer: "Ada Lovelace".into(),
        currency: "EUR".into(),
        placed: 1_700_000_000,
        urgent: true,
        discount: 0.05,
        note: Some("at the back door".into()),
        form: 3,
        signature: vec![7; 64],
        lines: (1..=5).map(line).collect(),
    }
}

pub struct Calls(Extension);

impl Calls {
    pub fn new(extension: Extension) -> Result<Self, LoadError> {
        extension.expect("bench:calls", &["add", "greet", "order"])?;
        Ok(Self(extension))
    }

    pub fn add(&self, a: i32, b: i32) -> Result<i32, Error<Infallible>> {
        struct Action;
        impl Call for Action {
            const INDEX: usize = 0;
            type Params<'a> = (i32, i32);
            type Results = (i32,);
            type Output = i32;
            type Error = Infallible;
            fn outcome(results: Self::Results) -> Result<Self::Output, Self::Error> {
                Ok(results.0)
            }
        }
        self.0.call::<Action>((a, b))
    }

    pub fn greet(&self, name: &str) -> Result<String, Error<Infallible>> {
        struct Action;
        impl Call for Action {
            const INDEX: usize = 1;
            type Params<'a> = (&'a str,);
            type Results = (String,);
            type Output = String;
            type Error = Infallible;
            fn outcome(results: Self::Results) -> Result<Self::Output, Self::Error> {
                Ok(results.0)
            }
        }
        self.0.call::<Action>((name,))
    }

    pub fn order(&self, order: &Order) -> Result<Order, Error<Infallible>> {
        struct Action;
        impl Call for Action {
            const INDEX: usize = 2;
            type Params<'a> = (&'a Order,);
            type Results = (Order,);
            type Output = Order;
            type Error = Infallible;
            fn outcome(results: Self::Results) -> Result<Self::Output, Self::Error> {
                Ok(results.0)
            }
        }
        self.0.call::<Action>((order,))
    }
}
