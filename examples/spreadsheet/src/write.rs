//! A new workbook from rows of cells.

use std::collections::BTreeSet;

use ext_runtime::prelude::*;
use jiff::civil::{Date, date};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};

use crate::a1::cell_name;
use crate::cell::Cell;
use crate::dates::{self, Moment};
use crate::errors::SpreadsheetError;
use crate::limits::{Budget, MAX_COLUMNS, MAX_ROWS, too_large};

/// The errors that a cell can hold.
const CELL_ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
/// Day 1 of every workbook that rust_xlsxwriter writes.
const FIRST_DATE: Date = date(1900, 1, 1);
/// The widest that a column is made to fit its cells, in pixels.
const MAX_COLUMN_WIDTH: u32 = 400;

/// A sheet to be written.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct SheetData {
    /// The name on its tab: 1 to 31 characters, none of `[ ] : * ? / \`.
    pub name: String,
    /// The header line, bold and kept in view; empty for none.
    pub header: Vec<String>,
    /// The rows below it; they can differ in length.
    pub rows: Vec<Vec<Cell>>,
}

/// Writes a workbook (`.xlsx`).
///
/// Dates become real dates with a format. Text is written as text, whatever it
/// looks like: `=1+1` is not calculated. Empty text is an empty cell.
#[ext_action]
pub fn write_workbook(
    /// The sheets in the order of their tabs, at least one.
    sheets: Vec<SheetData>,
) -> Result<Vec<u8>, SpreadsheetError> {
    if sheets.is_empty() {
        return Err(SpreadsheetError::NoSheets);
    }
    let formats = Formats::new();
    let mut budget = Budget::new();
    let mut names = BTreeSet::new();
    let mut workbook = Workbook::new();
    for sheet in sheets {
        if !names.insert(sheet.name.to_lowercase()) {
            return Err(SpreadsheetError::InvalidSheetName {
                sheet: sheet.name,
                reason: "another sheet has this name, or one that differs in case only".into(),
            });
        }
        write_sheet(workbook.add_worksheet(), sheet, &formats, &mut budget)?;
    }
    workbook.save_to_buffer().map_err(|error| SpreadsheetError::Damaged(error.to_string()))
}

struct Formats {
    header: Format,
    date: Format,
    date_time: Format,
    time: Format,
    duration: Format,
}

impl Formats {
    fn new() -> Self {
        Formats {
            header: Format::new().set_bold(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            date_time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            time: Format::new().set_num_format("hh:mm:ss"),
            duration: Format::new().set_num_format("[h]:mm:ss"),
        }
    }
}

fn write_sheet(
    worksheet: &mut Worksheet,
    sheet: SheetData,
    formats: &Formats,
    budget: &mut Budget,
) -> Result<(), SpreadsheetError> {
    if let Err(error) = worksheet.set_name(&sheet.name) {
        return Err(SpreadsheetError::InvalidSheetName {
            sheet: sheet.name,
            reason: name_reason(&error),
        });
    }
    let mut lines = Vec::with_capacity(sheet.rows.len() + 1);
    let has_header = !sheet.header.is_empty();
    if has_header {
        lines.push(sheet.header.into_iter().map(Cell::Text).collect());
    }
    lines.extend(sheet.rows);
    if lines.len() > MAX_ROWS as usize {
        return Err(too_large("rows of a sheet", MAX_ROWS.into()));
    }

    for (row, cells) in (0u32..).zip(lines) {
        if cells.len() > MAX_COLUMNS as usize {
            return Err(too_large("columns of a sheet", MAX_COLUMNS.into()));
        }
        budget.take_cells(cells.len() as u64)?;
        for (column, cell) in (0u16..).zip(cells) {
            budget.take_text(cell.text_size())?;
            let header = (has_header && row == 0).then_some(&formats.header);
            write_cell(worksheet, (row, column), cell, header, formats).map_err(|reason| {
                SpreadsheetError::InvalidCell {
                    sheet: sheet.name.clone(),
                    cell: cell_name((row, column.into())),
                    reason,
                }
            })?;
        }
    }
    if has_header {
        worksheet
            .set_freeze_panes(1, 0)
            .map_err(|error| SpreadsheetError::Damaged(error.to_string()))?;
    }
    worksheet.set_autofit_max_width(MAX_COLUMN_WIDTH).autofit();
    Ok(())
}

/// Writes one cell; the error is the reason for [`SpreadsheetError::InvalidCell`].
fn write_cell(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell,
    header: Option<&Format>,
    formats: &Formats,
) -> Result<(), String> {
    let written = match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => match header {
            Some(format) => worksheet.write_string_with_format(row, column, text, format),
            None => worksheet.write_string(row, column, text),
        },
        Cell::Number(number) if number.is_finite() => worksheet.write_number(row, column, number),
        Cell::Number(_) => return Err("it is not a finite number".into()),
        Cell::Boolean(value) => worksheet.write_boolean(row, column, value),
        Cell::Date(text) => match Moment::parse(&text)? {
            Moment::Date(date) if date < FIRST_DATE => return Err(before_first_date()),
            Moment::DateTime(date_time) if date_time.date() < FIRST_DATE => {
                return Err(before_first_date());
            }
            Moment::Date(date) => {
                worksheet.write_datetime_with_format(row, column, date, &formats.date)
            }
            Moment::DateTime(date_time) => {
                worksheet.write_datetime_with_format(row, column, date_time, &formats.date_time)
            }
            Moment::Time(time) => {
                worksheet.write_datetime_with_format(row, column, time, &formats.time)
            }
            Moment::Duration(duration) => worksheet.write_number_with_format(
                row,
                column,
                dates::days(duration),
                &formats.duration,
            ),
        },
        // An error is the stored result of the formula that consists of it.
        Cell::Error(error) if CELL_ERRORS.contains(&error.as_str()) => {
            let formula = Formula::new(format!("={error}")).set_result(error);
            worksheet.write_formula(row, column, formula)
        }
        Cell::Error(error) => {
            return Err(format!("{error:?} is not one of {}", CELL_ERRORS.join(", ")));
        }
    };
    match written {
        Ok(_) => Ok(()),
        Err(XlsxError::MaxStringLengthExceeded) => Err("it has more than 32,767 characters".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn before_first_date() -> String {
    format!("workbooks have no dates before {FIRST_DATE}")
}

fn name_reason(error: &XlsxError) -> String {
    match error {
        XlsxError::SheetnameCannotBeBlank(_) => "it is empty".into(),
        XlsxError::SheetnameLengthExceeded(_) => "it has more than 31 characters".into(),
        XlsxError::SheetnameContainsInvalidCharacter(_) => {
            r"it has one of the characters [ ] : * ? / \".into()
        }
        XlsxError::SheetnameStartsOrEndsWithApostrophe(_) => {
            "it starts or ends with an apostrophe".into()
        }
        error => error.to_string(),
    }
}
