//! A range of a sheet as a table of typed cells.

use ext_runtime::prelude::*;

use crate::a1::Area;
use crate::cell::Cell;
use crate::errors::SpreadsheetError;
use crate::limits::Budget;
use crate::workbook::Workbook;

/// Reads a range of a sheet, row by row.
///
/// Every row has as many cells as the range has columns; cells without a value
/// are empty, also where the range is larger than what the sheet holds.
#[ext_action]
pub fn read_range(
    /// The workbook (`.xlsx` or `.xlsm`).
    workbook: Vec<u8>,
    /// The name of the sheet.
    sheet: String,
    /// The range, such as `B2:D10` or `B2`; the used range if not given: from
    /// the first to the last row and column with a value.
    range: Option<String>,
) -> Result<Vec<Vec<Cell>>, SpreadsheetError> {
    let area = range.as_deref().map(Area::parse).transpose()?;
    let mut workbook = Workbook::open(workbook)?;
    let table = read_area(&mut workbook, &sheet, area, &mut Budget::new())?;
    Ok(table.map(|table| table.rows).unwrap_or_default())
}

/// The cells of an area.
pub(crate) struct Table {
    pub area: Area,
    pub rows: Vec<Vec<Cell>>,
}

/// Reads the area, or the used one; `None` if there is none.
pub(crate) fn read_area(
    workbook: &mut Workbook,
    sheet: &str,
    area: Option<Area>,
    budget: &mut Budget,
) -> Result<Option<Table>, SpreadsheetError> {
    let area = match area {
        Some(area) => area,
        None => match workbook.used_area(sheet)? {
            Some(area) => area,
            None => return Ok(None),
        },
    };
    // Before anything of that size is allocated.
    budget.take_cells(area.cells())?;
    let row = vec![Cell::Empty; area.columns() as usize];
    let mut rows = vec![row; area.rows() as usize];
    workbook.visit_cells(sheet, |position, value| {
        if area.contains(position) {
            let cell = Cell::from(value);
            budget.take_text(cell.text_size())?;
            let row = (position.0 - area.first.0) as usize;
            let column = (position.1 - area.first.1) as usize;
            rows[row][column] = cell;
        }
        Ok(())
    })?;
    Ok(Some(Table { area, rows }))
}
