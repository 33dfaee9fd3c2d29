//! What authors ask of values beyond their types.

use ext_runtime::prelude::*;

use crate::cases::Color;

/// Somebody who orders.
#[derive(ExtStructure)]
#[ext(rename_all = "camelCase")]
pub struct Customer {
    /// The name.
    #[ext(min_length = 1, max_length = 10)]
    pub full_name: String,
    /// Letters and digits.
    #[ext(pattern = "[A-Z]{2}[0-9]+", renamed_from = "code", example = "PT1")]
    pub tax_number: Option<String>,
    /// Percent.
    #[ext(min = 0, max = 50, decimals = 1, default = 2.5)]
    pub discount: f64,
    /// Not for logs.
    #[ext(secret, rename = "PIN")]
    pub pin: String,
    /// What does not cross.
    #[ext(skip, default = 7)]
    pub visits: u32,
}

/// Says what arrived.
#[ext_action(title = "Say it", group = "Rules", renamed_from = "tell")]
pub fn describe_customer(
    /// Who.
    customer: Customer,
    /// How often.
    #[ext(default = 1, min = 1, max = 3)]
    times: u8,
    /// Between the repetitions.
    #[ext(default = ", ", max_length = 4)]
    separator: String,
    /// Of what color.
    #[ext(default = Color::Green)]
    color: Color,
    /// Further words.
    #[ext(default = ["a", "b"], max_length = 2)]
    words: Vec<String>,
) -> String {
    let color = if matches!(color, Color::Green) { "green" } else { "other" };
    let Customer { full_name, tax_number, discount, pin, visits } = customer;
    let number = tax_number.unwrap_or_default();
    let one = format!("{full_name}/{number}/{discount}/{}/{visits}/{color}/{words:?}", pin.len());
    vec![one; usize::from(times)].join(&separator)
}

/// Two outputs with names.
#[ext_action(outputs("quotient", "remainder"))]
pub fn divide(
    /// By how much is divided.
    dividend: u32,
    /// Not zero.
    #[ext(min = 1)]
    divisor: u32,
) -> (u32, u32) {
    (dividend / divisor, dividend % divisor)
}

/// The other way round.
#[ext_action(function)]
pub fn reversed(
    /// Bytes.
    mut value: Vec<u8>,
) -> Vec<u8> {
    value.reverse();
    value
}

/// Gives the same for the same.
#[ext_action(function)]
#[deprecated = "multiply yourself"]
pub fn double(
    /// Once.
    value: i32,
) -> i32 {
    value.wrapping_mul(2)
}
