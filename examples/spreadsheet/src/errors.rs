//! What can be wrong with a workbook or with what is asked of it.

use ext_runtime::prelude::*;

/// Why a workbook was not read or written.
#[derive(Debug, Clone, PartialEq, ExtError)]
pub enum SpreadsheetError {
    /// The bytes are no workbook at all.
    #[ext(message = "the bytes are not an Excel workbook: {0}")]
    NotAWorkbook(String),
    /// The bytes are a workbook of another kind.
    #[ext(message = "only .xlsx and .xlsm workbooks can be read, and this is {0}")]
    UnsupportedFormat(String),
    /// The workbook breaks the rules of its format.
    #[ext(message = "the workbook is damaged: {0}")]
    Damaged(String),
    /// The workbook, what was asked for or what is to be written is beyond a
    /// limit.
    #[ext(message = "too large: more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: String,
        /// How much is allowed.
        limit: u64,
    },
    /// The workbook has no sheet with this name; upper and lower case differ.
    #[ext(message = "no sheet is named '{0}'")]
    UnknownSheet(String),
    /// The sheet has no cells: it is a chart, a dialog or a module.
    #[ext(message = "the sheet '{0}' is not a worksheet: it has no cells")]
    NotAWorksheet(String),
    /// The range is not written in A1 notation or lies outside every sheet.
    #[ext(message = "'{range}' is not a range: {reason}")]
    InvalidRange {
        /// The range that was given.
        range: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A workbook needs at least one sheet.
    NoSheets,
    /// A sheet to be written has a name that Excel refuses.
    #[ext(message = "a sheet cannot be named '{sheet}': {reason}")]
    InvalidSheetName {
        /// The name that was given.
        sheet: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A cell to be written has a value that a workbook cannot hold.
    #[ext(message = "cell {cell} of the sheet '{sheet}' cannot be written: {reason}")]
    InvalidCell {
        /// The sheet's name.
        sheet: String,
        /// The cell in A1 notation.
        cell: String,
        /// What is wrong with its value.
        reason: String,
    },
}
