//! The typed value of a cell.

use calamine::DataRef;
use ext_runtime::prelude::*;

use crate::dates;

/// The value of a cell.
#[derive(Debug, Clone, PartialEq, ExtEnum)]
pub enum Cell {
    /// Nothing. Also a formula whose result is not stored in the workbook:
    /// programs that do not calculate, such as openpyxl, write formulas without
    /// results.
    Empty,
    /// Text.
    Text(String),
    /// A number; percentages and amounts of money are numbers with a format.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A date (`2026-01-31`), a date and time (`2026-01-31T18:30:00`), a time
    /// of day (`18:30:00`) or a duration (`PT36H30M`), as ISO 8601 writes it.
    /// Workbooks know no time zones.
    Date(String),
    /// An error, such as `#N/A` or `#DIV/0!`.
    Error(String),
}

impl Cell {
    /// The size of its text, for the limits.
    pub(crate) fn text_size(&self) -> u64 {
        match self {
            Cell::Text(text) | Cell::Date(text) | Cell::Error(text) => text.len() as u64,
            Cell::Empty | Cell::Number(_) | Cell::Boolean(_) => 0,
        }
    }

    /// The text that a person sees, roughly: without the number format.
    pub(crate) fn display(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Date(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Boolean(true) => "TRUE".into(),
            Cell::Boolean(false) => "FALSE".into(),
        }
    }
}

impl From<&DataRef<'_>> for Cell {
    fn from(value: &DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Cell::Empty,
            DataRef::String(text) => text_cell(text),
            DataRef::SharedString(text) => text_cell(text),
            DataRef::Int(number) => Cell::Number(*number as f64),
            DataRef::Float(number) => number_cell(*number),
            DataRef::Bool(value) => Cell::Boolean(*value),
            // A number that is no date, whatever its format says, stays a number.
            DataRef::DateTime(serial) => {
                dates::from_serial(serial).map_or_else(|| number_cell(serial.as_f64()), Cell::Date)
            }
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                dates::Moment::parse(text.trim_end_matches('Z'))
                    .map_or_else(|_| text_cell(text), |moment| Cell::Date(moment.to_string()))
            }
            DataRef::Error(error) => Cell::Error(error.to_string()),
        }
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// Excel writes no infinities, but others may.
fn number_cell(number: f64) -> Cell {
    if number.is_finite() { Cell::Number(number) } else { Cell::Error("#NUM!".into()) }
}
