//! Workbooks that other programs wrote: openpyxl, which stores formulas
//! without results, and LibreOffice, which calculates them.

use spreadsheet::{
    Cell, SheetKind, SpreadsheetError, Visibility, list_sheets, read_range, read_rows,
};

const OPENPYXL: &[u8] = include_bytes!("../../report/data/orders.xlsx");
const LIBREOFFICE: &[u8] = include_bytes!("../../report/data/orders-calculated.xlsx");

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn date(text: &str) -> Cell {
    Cell::Date(text.into())
}

#[test]
fn sheets() {
    for workbook in [OPENPYXL, LIBREOFFICE] {
        let sheets = list_sheets(workbook.to_vec()).unwrap();
        let summary: Vec<_> = sheets
            .iter()
            .map(|sheet| (&*sheet.name, sheet.rows, sheet.columns, sheet.visibility))
            .collect();
        // Without results, the last column of the orders holds its header only.
        assert_eq!(
            summary,
            [
                ("Orders", 61, 6, Visibility::Visible),
                ("Cash flows", 5, 7, Visibility::Visible),
                ("Notes", 8, 4, Visibility::Visible),
                ("Settings", 5, 2, Visibility::Hidden),
            ]
        );
        assert!(sheets.iter().all(|sheet| sheet.kind == SheetKind::Worksheet));
        assert_eq!(sheets[0].used_range.as_deref(), Some("A1:F61"));
    }
}

#[test]
fn formulas_have_the_stored_result_or_none() {
    let second_order = |workbook: &[u8]| {
        let range = Some("A3:F3".to_owned());
        let mut rows = read_range(workbook.to_vec(), "Orders".into(), range).unwrap();
        rows.remove(0)
    };
    let mut expected = vec![
        text("SO-1002"),
        date("2026-01-08"),
        text("Čedar s.r.o."),
        Cell::Number(12.0),
        Cell::Number(349.5),
        Cell::Empty,
    ];
    assert_eq!(second_order(OPENPYXL), expected);
    expected[5] = Cell::Number(4_194.0);
    assert_eq!(second_order(LIBREOFFICE), expected);
}

#[test]
fn every_kind_of_cell() {
    for workbook in [OPENPYXL, LIBREOFFICE] {
        let notes = read_range(workbook.to_vec(), "Notes".into(), Some("b2:d8".into())).unwrap();
        let yes = Cell::Boolean(true);
        let no = Cell::Boolean(false);
        let empty = || vec![Cell::Empty; 3];
        assert_eq!(
            notes[..3],
            [
                vec![text("Grüße, Ελλάδα, 日本語, 👩‍🔬🚀"), yes.clone(), date("2026-03-14T15:09:26")],
                empty(),
                empty(),
            ]
        );
        assert_eq!(notes[3], [Cell::Error("#N/A".into()), no.clone(), Cell::Empty]);
        assert_eq!(notes[4], [text("  kept  "), yes.clone(), date("18:30:00")]);
        assert_eq!(notes[5], [text("first\nsecond"), no, date("PT36H30M")]);
        assert_eq!(notes[6], [text("<b>1 < 2 & 3</b>"), yes, Cell::Empty]);
    }
}

#[test]
fn records() {
    let orders = read_rows(OPENPYXL.to_vec(), "Orders".into()).unwrap();
    assert_eq!(orders.len(), 60);
    assert_eq!((orders[0].row, orders[59].row), (2, 61));
    assert_eq!(orders[0].values["Customer"], text("Alder & Sons"));
    assert_eq!(orders[0].values["Unit price"], Cell::Number(4.9));
    assert_eq!(orders[0].values["Amount"], Cell::Empty);

    // The empty fourth row is left out, the third has a topic.
    let notes = read_rows(OPENPYXL.to_vec(), "Notes".into()).unwrap();
    let rows: Vec<u32> = notes.iter().map(|record| record.row).collect();
    assert_eq!(rows, [2, 3, 5, 6, 7, 8]);
}

#[test]
fn what_was_asked_for_wrongly() {
    let read = |sheet: &str, range: &str| {
        read_range(OPENPYXL.to_vec(), sheet.into(), Some(range.into())).unwrap_err().to_string()
    };
    assert_eq!(read("orders", "A1"), "no sheet is named 'orders'");
    assert_eq!(
        read("Orders", "A:C"),
        "'A:C' is not a range: \"A\" is not a column and a row, such as B2"
    );
    assert_eq!(read("Orders", "A1:XFD1048576"), "too large: more than 1048576 cells");
    assert_eq!(
        read_rows(OPENPYXL.to_vec(), "Sheet1".into()),
        Err(SpreadsheetError::UnknownSheet("Sheet1".into()))
    );
    // Beyond the used range there is nothing, and that is no error.
    let beyond = read_range(OPENPYXL.to_vec(), "Orders".into(), Some("Z100:AA101".into()));
    assert_eq!(beyond, Ok(vec![vec![Cell::Empty; 2]; 2]));
}
