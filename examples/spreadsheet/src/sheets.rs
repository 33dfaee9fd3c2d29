//! The sheets of a workbook.

use calamine::{SheetType, SheetVisible};
use ext_runtime::prelude::*;

use crate::a1::Area;
use crate::errors::SpreadsheetError;
use crate::workbook::Workbook;

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, ExtStructure)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// What it consists of.
    pub kind: SheetKind,
    /// Whether a person sees it.
    pub visibility: Visibility,
    /// The smallest range that holds every value, such as `A1:F61`; none for a
    /// sheet without values.
    pub used_range: Option<String>,
    /// The number of rows of the used range.
    pub rows: u32,
    /// The number of columns of the used range.
    pub columns: u32,
}

/// What a sheet consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtEnum)]
pub enum SheetKind {
    /// Cells.
    Worksheet,
    /// A chart that fills the sheet.
    Chart,
    /// A dialog of Excel 5.
    Dialog,
    /// Macros of Excel 4.
    Macro,
    /// A module of Visual Basic.
    Module,
}

/// Whether a person sees a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ExtEnum)]
pub enum Visibility {
    /// Its tab is shown.
    Visible,
    /// Hidden; a person can show it again.
    Hidden,
    /// Hidden so that only a program can show it again.
    VeryHidden,
}

/// Lists the sheets of a workbook in the order of their tabs, with the size of
/// what they hold.
#[ext_action]
pub fn list_sheets(
    /// The workbook (`.xlsx` or `.xlsm`).
    workbook: Vec<u8>,
) -> Result<Vec<Sheet>, SpreadsheetError> {
    let mut workbook = Workbook::open(workbook)?;
    let sheets = workbook.sheets().to_vec();
    sheets
        .into_iter()
        .map(|sheet| {
            let used = match workbook.used_area(&sheet.name) {
                Err(SpreadsheetError::NotAWorksheet(_)) => None,
                used => used?,
            };
            Ok(Sheet {
                name: sheet.name,
                kind: kind(sheet.typ),
                visibility: visibility(sheet.visible),
                used_range: used.as_ref().map(Area::name),
                rows: used.as_ref().map_or(0, Area::rows),
                columns: used.as_ref().map_or(0, Area::columns),
            })
        })
        .collect()
}

fn kind(kind: SheetType) -> SheetKind {
    match kind {
        SheetType::WorkSheet => SheetKind::Worksheet,
        SheetType::ChartSheet => SheetKind::Chart,
        SheetType::DialogSheet => SheetKind::Dialog,
        SheetType::MacroSheet => SheetKind::Macro,
        SheetType::Vba => SheetKind::Module,
    }
}

fn visibility(visible: SheetVisible) -> Visibility {
    match visible {
        SheetVisible::Visible => Visibility::Visible,
        SheetVisible::Hidden => Visibility::Hidden,
        SheetVisible::VeryHidden => Visibility::VeryHidden,
    }
}
