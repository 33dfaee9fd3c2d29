//! The platform's types, owners of other types, arrays, and keys of maps.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use ext_runtime::prelude::*;
use ext_runtime::{
    Currency, Date, DateTime, Decimal, Duration, Email, Json, PhoneNumber, Time, Url, Uuid,
};

use crate::cases::Color;
use crate::structures::Line;

/// An article's number: text at the boundary.
#[derive(ExtStructure)]
#[ext(transparent)]
pub struct Sku(String);

echoes! {
    /// Digits stay as they are.
    echo_decimal: Decimal;
    /// A day.
    echo_date: Date;
    /// A time of day.
    echo_time: Time;
    /// An instant; the offset stays.
    echo_date_time: DateTime;
    /// So long.
    echo_duration: Duration;
    /// Of whatever version.
    echo_uuid: Uuid;
    /// One address.
    echo_email: Email;
    /// One number.
    echo_phone_number: PhoneNumber;
    /// An absolute one.
    echo_url: Url;
    /// Any value.
    echo_json: Json;
    /// An amount and its currency.
    echo_currency: Currency;
    /// Several, that may be missing.
    echo_dates: Vec<Option<Date>>;
    /// A structure that is its only field.
    echo_transparent: Vec<Sku>;
    /// Shared text.
    echo_shared_text: (Rc<str>, Arc<str>, Box<str>);
    /// Borrowed or owned text.
    echo_cow: Cow<'static, str>;
    /// A shared structure.
    echo_shared: (Rc<Line>, Arc<Vec<u8>>);
    /// Exactly three.
    echo_array: [f64; 3];
    /// Two rows.
    echo_rows: [[u8; 4]; 2];
    /// Whole numbers as keys.
    echo_number_map: BTreeMap<i64, String>;
    /// Small ones, in no order.
    echo_small_map: HashMap<u8, Line>;
    /// Cases as keys.
    echo_color_map: BTreeMap<Color, u32>;
}
