//! How much one call reads or writes.

use crate::errors::SpreadsheetError;

/// Rows of a sheet, as in Excel.
pub const MAX_ROWS: u32 = 1_048_576;
/// Columns of a sheet, as in Excel.
pub const MAX_COLUMNS: u32 = 16_384;
/// Cells read or written by one call, empty ones included: a full column.
pub const MAX_CELLS: u64 = 1_048_576;
/// Bytes of text read or written by one call: 64 MiB.
pub const MAX_TEXT: u64 = 64 << 20;
/// Bytes of a workbook after decompression: 128 MiB.
pub const MAX_INFLATED: u64 = 128 << 20;

/// What is left of the limits of one call.
pub(crate) struct Budget {
    cells: u64,
    text: u64,
}

impl Budget {
    pub fn new() -> Self {
        Budget { cells: MAX_CELLS, text: MAX_TEXT }
    }

    pub fn take_cells(&mut self, count: u64) -> Result<(), SpreadsheetError> {
        take(&mut self.cells, count, "cells", MAX_CELLS)
    }

    pub fn take_text(&mut self, bytes: u64) -> Result<(), SpreadsheetError> {
        take(&mut self.text, bytes, "bytes of text", MAX_TEXT)
    }
}

fn take(left: &mut u64, amount: u64, what: &str, limit: u64) -> Result<(), SpreadsheetError> {
    *left = left.checked_sub(amount).ok_or_else(|| too_large(what, limit))?;
    Ok(())
}

pub(crate) fn too_large(what: &str, limit: u64) -> SpreadsheetError {
    SpreadsheetError::TooLarge { what: what.into(), limit }
}
