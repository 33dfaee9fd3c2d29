//! Dates between ISO 8601 and the numbers that workbooks store.
//!
//! A workbook stores days since its epoch, and a number format that makes a
//! person see a date.

use std::fmt;

use calamine::ExcelDateTime;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

/// The first serial number after 9999-12-31.
const END_OF_DATES: f64 = 2_958_466.0;
const MILLISECONDS_PER_DAY: f64 = 86_400_000.0;

/// What the text of a date cell can mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    Duration(SignedDuration),
}

impl Moment {
    /// Reads ISO 8601; the error says why it is none.
    pub fn parse(text: &str) -> Result<Moment, String> {
        let parsed = if text.trim_start_matches(['-', '+']).starts_with('P') {
            text.parse().map(Moment::Duration)
        } else if let Some((_, time)) = text.split_once(['T', 't', ' ']) {
            if time.contains(['+', '-', 'Z', 'z', '[']) {
                return Err("a workbook's dates have no time zone".into());
            }
            text.parse().map(Moment::DateTime)
        } else if text.contains(':') {
            text.parse().map(Moment::Time)
        } else {
            text.parse().map(Moment::Date)
        };
        parsed.map_err(|error| format!("not a date, time or duration of ISO 8601: {error}"))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Date(date) => date.fmt(f),
            Moment::DateTime(date_time) => date_time.fmt(f),
            Moment::Time(time) => time.fmt(f),
            Moment::Duration(duration) => duration.fmt(f),
        }
    }
}

/// The ISO 8601 text for a stored number: a date if it has no time of day, a
/// time if it has no date. `None` for what is not a date: negative numbers,
/// numbers beyond the year 9999 and Excel's 29 February 1900.
pub(crate) fn from_serial(serial: &ExcelDateTime) -> Option<String> {
    let days = serial.as_f64();
    if days.abs() >= END_OF_DATES || days.is_nan() {
        return None;
    }
    if serial.is_duration() {
        let milliseconds = (days * MILLISECONDS_PER_DAY).round() as i64;
        return Some(SignedDuration::from_millis(milliseconds).to_string());
    }
    if days < 0.0 {
        return None;
    }
    let (year, month, day, hour, minute, second, millisecond) = serial.to_ymd_hms_milli();
    let time =
        Time::new(hour as i8, minute as i8, second as i8, i32::from(millisecond) * 1_000_000)
            .ok()?;
    if days < 1.0 {
        return Some(time.to_string());
    }
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    Some(if time == Time::midnight() {
        date.to_string()
    } else {
        date.to_datetime(time).to_string()
    })
}

/// The days that a duration is stored as.
pub(crate) fn days(duration: SignedDuration) -> f64 {
    duration.as_secs_f64() / 86_400.0
}
