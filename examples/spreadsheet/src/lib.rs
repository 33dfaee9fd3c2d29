//! Reads and writes Excel workbooks (`.xlsx`, `.xlsm`), given and returned as
//! bytes.
//!
//! Workbooks come from anywhere, so nothing in them is trusted: what is
//! damaged or too large is a typed error, and the [limits] bound what one call
//! can hold in memory.

mod a1;
mod cell;
mod container;
mod dates;
mod errors;
pub mod limits;
mod ranges;
mod records;
mod sheets;
mod workbook;
mod write;

pub use cell::Cell;
pub use errors::SpreadsheetError;
pub use ranges::read_range;
pub use records::{Record, read_rows};
pub use sheets::{Sheet, SheetKind, Visibility, list_sheets};
pub use write::{SheetData, write_workbook};
