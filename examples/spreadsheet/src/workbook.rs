//! Opening a workbook that nobody vouches for, and going through its cells.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Sheet as SheetMetadata, Xlsx, XlsxError};

use crate::a1::{Area, cell_name};
use crate::container;
use crate::errors::SpreadsheetError;
use crate::limits::{MAX_COLUMNS, MAX_ROWS};

pub(crate) struct Workbook(Xlsx<Cursor<Vec<u8>>>);

impl Workbook {
    /// Opens a workbook after checking that it is one and how large it is.
    pub fn open(bytes: Vec<u8>) -> Result<Workbook, SpreadsheetError> {
        container::check(&bytes)?;
        match Xlsx::new(Cursor::new(bytes)) {
            Ok(workbook) => Ok(Workbook(workbook)),
            Err(error) => Err(damaged(error)),
        }
    }

    pub fn sheets(&self) -> &[SheetMetadata] {
        self.0.sheets_metadata()
    }

    /// Calls `visit` with each cell of a sheet that holds a value.
    pub fn visit_cells(
        &mut self,
        sheet: &str,
        mut visit: impl FnMut((u32, u32), &DataRef<'_>) -> Result<(), SpreadsheetError>,
    ) -> Result<(), SpreadsheetError> {
        if !self.sheets().iter().any(|known| known.name == sheet) {
            return Err(SpreadsheetError::UnknownSheet(sheet.into()));
        }
        let mut cells = match self.0.worksheet_cells_reader(sheet) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => {
                return Err(SpreadsheetError::NotAWorksheet(sheet.into()));
            }
            Err(error) => return Err(damaged(error)),
        };
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, column) = cell.get_position();
            if row >= MAX_ROWS || column >= MAX_COLUMNS {
                let name = cell_name((row, column));
                return Err(SpreadsheetError::Damaged(format!(
                    "the cell {name} of the sheet {sheet:?} is outside every sheet"
                )));
            }
            if *cell.get_value() != DataRef::Empty {
                visit((row, column), cell.get_value())?;
            }
        }
        Ok(())
    }

    /// The smallest area that holds every value of a sheet.
    pub fn used_area(&mut self, sheet: &str) -> Result<Option<Area>, SpreadsheetError> {
        let mut used: Option<Area> = None;
        self.visit_cells(sheet, |position, _| {
            used = Some(used.map_or(Area::of(position), |area| area.including(position)));
            Ok(())
        })?;
        Ok(used)
    }
}

/// What calamine, quick-xml or zip could not read.
pub(crate) fn damaged(error: impl std::fmt::Display) -> SpreadsheetError {
    SpreadsheetError::Damaged(error.to_string())
}
