//! What is written comes back.

use jiff::ToSpan as _;
use spreadsheet::{
    Cell, SheetData, SpreadsheetError, list_sheets, read_range, read_rows, write_workbook,
};

fn sheet(name: &str, header: &[&str], rows: Vec<Vec<Cell>>) -> SheetData {
    SheetData {
        name: name.into(),
        header: header.iter().map(|&title| title.into()).collect(),
        rows,
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn date(text: &str) -> Cell {
    Cell::Date(text.into())
}

/// A column of cells, written and read again.
#[track_caller]
fn round_trip(cells: Vec<Cell>) -> Vec<Cell> {
    let rows = cells.into_iter().map(|cell| vec![cell]).collect();
    let workbook = write_workbook(vec![sheet("One", &["Values"], rows)]).expect("written");
    let rows = read_range(workbook, "One".into(), None).expect("read");
    rows.into_iter().skip(1).flatten().collect()
}

#[test]
fn every_kind_of_cell() {
    let mut cells = vec![
        Cell::Empty,
        text("plain"),
        text("Grüße, Ελλάδα, 日本語, 👩‍🔬🚀"),
        text(" \t spaces\nand lines "),
        text("<a href=\"&amp;\">]]>"),
        text("=1+1"),
        text("123"),
        text("_x0041_"),
        text("\u{1}\u{1f}"),
        Cell::Number(0.0),
        Cell::Number(-0.1),
        Cell::Number(1.797_693_134_862_315_7e308),
        Cell::Number(5e-324),
        Cell::Number(9_007_199_254_740_993.0),
        Cell::Boolean(true),
        Cell::Boolean(false),
        date("1900-01-01"),
        date("1900-02-28"),
        date("1900-03-01"),
        date("2024-02-29"),
        date("9999-12-31"),
        date("2026-01-31T18:30:00"),
        date("2026-01-31T23:59:59.999"),
        date("00:00:00"),
        date("23:59:59"),
        date("PT0S"),
        date("PT36H30M"),
        date("-PT1H0.5S"),
    ];
    for error in ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"] {
        cells.push(Cell::Error(error.into()));
    }
    assert_eq!(round_trip(cells.clone()), cells);
}

#[test]
fn every_seventh_day() {
    let mut day: jiff::civil::Date = "1900-03-01".parse().unwrap();
    let mut days = Vec::new();
    while day.year() < 2100 {
        days.push(Cell::Date(day.to_string()));
        day = day.saturating_add(7.days());
    }
    assert_eq!(round_trip(days.clone()), days);
}

#[test]
fn dates_are_written_in_one_form() {
    let forms = [
        ("2026-01-31 18:30", "2026-01-31T18:30:00"),
        ("20260131", "2026-01-31"),
        ("2026-01-31T00:00:00", "2026-01-31"),
        ("18:30", "18:30:00"),
        ("PT90M", "PT1H30M"),
    ];
    for (written, read) in forms {
        assert_eq!(round_trip(vec![date(written), text("end")])[0], date(read));
    }
}

#[test]
fn sheets_rows_and_records() {
    let workbook = write_workbook(vec![
        sheet(
            "Totals",
            &["Customer", "Amount", "Amount", ""],
            vec![
                vec![text("A"), Cell::Number(1.0), Cell::Number(2.0), Cell::Boolean(true)],
                vec![],
                vec![text("B")],
            ],
        ),
        sheet("Ελλάδα 🚀", &[], vec![vec![text("no header")]]),
        sheet("Nothing", &[], vec![]),
    ])
    .unwrap();

    let sheets = list_sheets(workbook.clone()).unwrap();
    let summary: Vec<_> =
        sheets.iter().map(|sheet| (&*sheet.name, sheet.used_range.as_deref())).collect();
    assert_eq!(
        summary,
        [("Totals", Some("A1:D4")), ("Ελλάδα 🚀", Some("A1:A1")), ("Nothing", None)]
    );

    let records = read_rows(workbook.clone(), "Totals".into()).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].row, records[1].row), (2, 4));
    let values: Vec<_> = records[0].values.iter().collect();
    assert_eq!(
        values,
        [
            (&"Amount".to_owned(), &Cell::Number(1.0)),
            (&"Amount 2".to_owned(), &Cell::Number(2.0)),
            (&"Customer".to_owned(), &text("A")),
            (&"D".to_owned(), &Cell::Boolean(true)),
        ]
    );
    assert_eq!(records[1].values["Amount 2"], Cell::Empty);

    assert_eq!(read_rows(workbook.clone(), "Nothing".into()), Ok(vec![]));
    assert_eq!(read_range(workbook, "Nothing".into(), None), Ok(vec![]));
}

#[test]
fn what_cannot_be_written() {
    let cell = |cell: Cell| {
        let rows = vec![vec![], vec![Cell::Empty, cell]];
        write_workbook(vec![sheet("One", &["A"], rows)]).unwrap_err().to_string()
    };
    let place = "cell B3 of the sheet 'One' cannot be written: ";
    let cases = [
        (Cell::Number(f64::NAN), "it is not a finite number"),
        (Cell::Number(f64::INFINITY), "it is not a finite number"),
        (date("2026-01-31T10:00:00Z"), "a workbook's dates have no time zone"),
        (date("2026-01-31T10:00:00+02:00"), "a workbook's dates have no time zone"),
        (date("2026-02-30"), "not a date, time or duration of ISO 8601"),
        (date("31.01.2026"), "not a date, time or duration of ISO 8601"),
        (date("soon"), "not a date, time or duration of ISO 8601"),
        (date(""), "not a date, time or duration of ISO 8601"),
        (date("1899-12-31"), "workbooks have no dates before 1900-01-01"),
        (Cell::Error("#OOPS".into()), "\"#OOPS\" is not one of #DIV/0!, #N/A"),
        (Cell::Text("x".repeat(32_768)), "it has more than 32,767 characters"),
    ];
    for (value, reason) in cases {
        let message = cell(value);
        assert!(message.starts_with(&format!("{place}{reason}")), "{message}");
    }
}

#[test]
fn sheet_names() {
    let write = |names: &[&str]| {
        let sheets = names.iter().map(|name| sheet(name, &[], vec![])).collect();
        write_workbook(sheets).map_err(|error| error.to_string())
    };
    assert_eq!(write_workbook(vec![]), Err(SpreadsheetError::NoSheets));
    assert!(write(&["Größe", &"x".repeat(31)]).is_ok());
    let cases = [
        (vec![""], "a sheet cannot be named '': it is empty"),
        (vec!["a/b"], "a sheet cannot be named 'a/b': it has one of the characters [ ] : * ? / \\"),
        (vec!["'a"], "a sheet cannot be named ''a': it starts or ends with an apostrophe"),
        (
            vec!["Ähre", "ähre"],
            "a sheet cannot be named 'ähre': another sheet has this name, or one that differs in case only",
        ),
    ];
    for (names, message) in cases {
        assert_eq!(write(&names).unwrap_err(), message);
    }
    assert!(write(&["x".repeat(32).as_str()]).unwrap_err().ends_with("more than 31 characters"));
}

#[test]
fn limits() {
    let wide = write_workbook(vec![sheet("One", &[], vec![vec![Cell::Empty; 16_385]])]);
    assert_eq!(wide.unwrap_err().to_string(), "too large: more than 16384 columns of a sheet");
    let many = write_workbook(vec![sheet("One", &[], vec![vec![Cell::Empty; 1_025]; 1_024])]);
    assert_eq!(many.unwrap_err().to_string(), "too large: more than 1048576 cells");
}
