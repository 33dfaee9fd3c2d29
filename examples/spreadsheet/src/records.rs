//! The rows of a sheet as records, named by its header line.

use std::collections::{BTreeMap, BTreeSet};

use ext_runtime::prelude::*;

use crate::a1::column_name;
use crate::cell::Cell;
use crate::errors::SpreadsheetError;
use crate::limits::Budget;
use crate::ranges::{Table, read_area};
use crate::workbook::Workbook;

/// A row below the header line.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Record {
    /// The number of the row in the sheet, from 1.
    pub row: u32,
    /// A cell for every header, empty ones included.
    pub values: BTreeMap<String, Cell>,
}

/// Reads the rows of a sheet as records.
///
/// The first row with a value is the header line. Spaces around a header are
/// dropped; a column without a header is named after its letter, such as `D`;
/// where a header is repeated, the later ones are numbered: `Amount`,
/// `Amount 2`. Rows without any value are left out.
#[ext_action]
pub fn read_rows(
    /// The workbook (`.xlsx` or `.xlsm`).
    workbook: Vec<u8>,
    /// The name of the sheet.
    sheet: String,
) -> Result<Vec<Record>, SpreadsheetError> {
    let mut workbook = Workbook::open(workbook)?;
    let mut budget = Budget::new();
    let Some(Table { area, rows }) = read_area(&mut workbook, &sheet, None, &mut budget)? else {
        return Ok(Vec::new());
    };
    let mut rows = (area.first.0 + 1..).zip(rows);
    let Some((_, header_line)) = rows.next() else {
        return Ok(Vec::new());
    };
    let headers = headers(&header_line, area.first.1);
    let headers_size: u64 = headers.iter().map(|header| header.len() as u64).sum();
    rows.filter(|(_, cells)| cells.iter().any(|cell| *cell != Cell::Empty))
        .map(|(row, cells)| {
            budget.take_text(headers_size)?;
            Ok(Record { row, values: headers.iter().cloned().zip(cells).collect() })
        })
        .collect()
}

/// A different name for each column.
fn headers(line: &[Cell], first_column: u32) -> Vec<String> {
    let written: Vec<String> = line.iter().map(|cell| cell.display().trim().to_owned()).collect();
    // A made-up name must not take one that a later column has by itself.
    let mut taken: BTreeSet<String> = written.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    let mut repeats = BTreeMap::new();
    (first_column..)
        .zip(written)
        .map(|(column, name)| {
            if !name.is_empty() && seen.insert(name.clone()) {
                return name;
            }
            let base = if name.is_empty() { column_name(column) } else { name };
            if taken.insert(base.clone()) {
                return base;
            }
            // Numbers only grow: a thousand equal headers take a thousand tries.
            let number = repeats.entry(base.clone()).or_insert(1u32);
            loop {
                *number += 1;
                let numbered = format!("{base} {number}");
                if taken.insert(numbered.clone()) {
                    return numbered;
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let cases: [(&[&str], &[&str]); 6] = [
            (&["Id", " Name "], &["Id", "Name"]),
            (&["Id", "", "Name", ""], &["Id", "C", "Name", "E"]),
            (&["Sum", "Sum", "Sum"], &["Sum", "Sum 2", "Sum 3"]),
            (&["Sum", "Sum", "Sum 2"], &["Sum", "Sum 3", "Sum 2"]),
            (&["", "B"], &["B 2", "B"]),
            (&["Sum", "sum"], &["Sum", "sum"]),
        ];
        for (written, expected) in cases {
            let line: Vec<Cell> = written.iter().map(|&text| Cell::Text(text.into())).collect();
            assert_eq!(headers(&line, 1), expected);
        }
    }

    #[test]
    fn a_header_can_be_any_value() {
        let line = [
            Cell::Number(2026.0),
            Cell::Date("2026-01-31".into()),
            Cell::Boolean(true),
            Cell::Error("#N/A".into()),
        ];
        assert_eq!(headers(&line, 0), ["2026", "2026-01-31", "TRUE", "#N/A"]);
    }
}
