//! Bytes that nobody should send: every one is a typed error, or a workbook
//! after all, never a panic.

use std::io::{Cursor, Read as _, Write as _};

use spreadsheet::{Cell, SpreadsheetError, list_sheets, read_range, read_rows};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const WORKBOOK: &[u8] = include_bytes!("../../report/data/orders.xlsx");
const OTHER_WORKBOOK: &[u8] = include_bytes!("../../report/data/orders-calculated.xlsx");

type Parts = Vec<(String, Vec<u8>)>;

fn unpack(workbook: &[u8]) -> Parts {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn pack(parts: &Parts, method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in parts {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The workbook with another content of one part.
fn with_part(name: &str, content: Vec<u8>) -> Vec<u8> {
    let mut parts = unpack(OTHER_WORKBOOK);
    parts.retain(|(known, _)| known != name);
    parts.push((name.into(), content));
    pack(&parts, CompressionMethod::Deflated)
}

const FIRST_SHEET: &str = "xl/worksheets/sheet1.xml";

/// The workbook with other rows in its first sheet.
fn with_rows(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    with_part(FIRST_SHEET, sheet.into_bytes())
}

fn read_all(workbook: &[u8]) -> Result<(), SpreadsheetError> {
    for sheet in list_sheets(workbook.to_vec())? {
        read_rows(workbook.to_vec(), sheet.name)?;
    }
    Ok(())
}

/// Numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn no_workbook_at_all() {
    let cases: [&[u8]; 5] = [b"", b"PK", b"hello", &[0; 1000], b"PK\x05\x06"];
    for bytes in cases {
        let error = list_sheets(bytes.to_vec()).unwrap_err();
        assert!(matches!(error, SpreadsheetError::NotAWorkbook(_)), "{error}");
    }
    let archive = pack(&vec![("a.txt".into(), vec![])], CompressionMethod::Stored);
    assert_eq!(
        list_sheets(archive).unwrap_err().to_string(),
        "the bytes are not an Excel workbook: it is a ZIP archive of something else"
    );
}

#[test]
fn other_kinds_of_workbook() {
    let parts = |names: &[&str]| {
        let parts = names.iter().map(|&name| (name.into(), vec![])).collect();
        pack(&parts, CompressionMethod::Stored)
    };
    let cases = [
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0".to_vec(),
            "an old .xls workbook or one with a password",
        ),
        (parts(&["mimetype", "content.xml"]), "an OpenDocument file"),
        (parts(&["[Content_Types].xml", "xl/workbook.bin"]), "an .xlsb workbook"),
    ];
    for (bytes, what) in cases {
        assert_eq!(list_sheets(bytes), Err(SpreadsheetError::UnsupportedFormat(what.into())));
    }
}

#[test]
fn truncated() {
    for length in (0..WORKBOOK.len()).step_by(211) {
        assert!(read_all(&WORKBOOK[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn changed_bytes() {
    let mut numbers = Numbers(0x5eed);
    for _ in 0..150 {
        let mut workbook = WORKBOOK.to_vec();
        for _ in 0..=numbers.below(4) {
            let place = numbers.below(workbook.len());
            workbook[place] = numbers.below(256) as u8;
        }
        let _ = read_all(&workbook);
    }
}

const ROUNDS: usize = 100;

/// Changes below the compression and its checksums, so that they reach the
/// parsers.
#[test]
fn changed_parts() {
    let mut numbers = Numbers(0xfeed);
    for original in [WORKBOOK, OTHER_WORKBOOK] {
        let parts = unpack(original);
        for _ in 0..ROUNDS {
            let mut parts = parts.clone();
            let part = numbers.below(parts.len());
            let content = &mut parts[part].1;
            match numbers.below(4) {
                0 => content.truncate(numbers.below(content.len())),
                1 => {
                    let start = numbers.below(content.len());
                    let end = content.len().min(start + numbers.below(200));
                    content.drain(start..end);
                }
                2 => {
                    let start = numbers.below(content.len());
                    let end = content.len().min(start + numbers.below(200));
                    let copy = content[start..end].to_vec();
                    let place = numbers.below(content.len());
                    content.splice(place..place, copy);
                }
                _ => {
                    for _ in 0..=numbers.below(8) {
                        let place = numbers.below(content.len());
                        content[place] = b"<>/\"'&;=09aA!: "[numbers.below(15)];
                    }
                }
            }
            let _ = read_all(&pack(&parts, CompressionMethod::Stored));
        }
    }
}

#[test]
fn missing_parts() {
    let parts = unpack(WORKBOOK);
    for missing in 0..parts.len() {
        let mut parts = parts.clone();
        parts.remove(missing);
        let _ = read_all(&pack(&parts, CompressionMethod::Stored));
    }
}

#[test]
fn two_cells_far_apart() {
    let workbook = with_rows(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#,
    );
    let sheets = list_sheets(workbook.clone()).unwrap();
    assert_eq!((sheets[0].rows, sheets[0].columns), (1_048_576, 16_384));
    let read = |range: Option<&str>| {
        read_range(workbook.clone(), "Orders".into(), range.map(str::to_owned))
    };
    let too_many = "too large: more than 1048576 cells";
    assert_eq!(read(None).unwrap_err().to_string(), too_many);
    assert_eq!(read(Some("XFD1048576")), Ok(vec![vec![Cell::Number(2.0)]]));
}

#[test]
fn a_cell_outside_the_sheet() {
    let workbook = with_rows(r#"<row r="1"><c r="XFE7"><v>1</v></c></row>"#);
    assert_eq!(
        read_rows(workbook, "Orders".into()).unwrap_err().to_string(),
        "the workbook is damaged: the cell XFE7 of the sheet \"Orders\" is outside every sheet"
    );
}

#[test]
fn numbers_that_are_none() {
    let cells = ["NaN", "inf", "-1e999", "1e400"].map(|value| format!("<c><v>{value}</v></c>"));
    let workbook = with_rows(&format!("<row>{}</row>", cells.concat()));
    let read = read_range(workbook, "Orders".into(), None).unwrap();
    assert_eq!(read, [vec![Cell::Error("#NUM!".into()); 4]]);
}

#[test]
fn much_from_little() {
    // A hundred megabytes and more of spaces take some kilobytes.
    let bomb = with_part(FIRST_SHEET, vec![b' '; 129 << 20]);
    assert!(bomb.len() < 200_000);
    assert_eq!(
        list_sheets(bomb.clone()).unwrap_err().to_string(),
        "too large: more than 134217728 bytes after decompression"
    );

    // Declared smaller than it is, it is read no further than declared.
    let mut liar = bomb;
    let name = FIRST_SHEET.as_bytes();
    let names: Vec<usize> =
        (0..liar.len() - name.len()).filter(|&place| liar[place..].starts_with(name)).collect();
    // The size stands 8 bytes before the name in the part's own header and 22
    // before it in the directory (APPNOTE.TXT 4.3.7 and 4.3.12).
    for (place, before) in names.into_iter().zip([8, 22]) {
        let size = place - before;
        assert_eq!(liar[size..size + 4], (129u32 << 20).to_le_bytes());
        liar[size..size + 4].copy_from_slice(&1_000u32.to_le_bytes());
    }
    let error = list_sheets(liar).unwrap_err();
    assert!(matches!(error, SpreadsheetError::Damaged(_)), "{error}");
}

/// The workbook with these shared texts, of which every row of the first sheet
/// shows the first.
fn with_texts(texts: &str, rows: usize) -> Vec<u8> {
    let mut parts = unpack(&with_rows(&r#"<row><c t="s"><v>0</v></c></row>"#.repeat(rows)));
    parts.retain(|(name, _)| name != "xl/sharedStrings.xml");
    parts.push(("xl/sharedStrings.xml".into(), texts.into()));
    pack(&parts, CompressionMethod::Deflated)
}

#[test]
fn one_text_in_many_cells() {
    let texts = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1 << 20));
    let workbook = with_texts(&texts, 65);
    let read = |range: Option<&str>| {
        read_range(workbook.clone(), "Orders".into(), range.map(str::to_owned))
    };
    assert_eq!(read(Some("A2:A4")).unwrap().len(), 3);
    assert_eq!(read(None).unwrap_err().to_string(), "too large: more than 67108864 bytes of text");
}

#[test]
fn many_texts_declared() {
    for count in ["1048577", "4294967295", "18446744073709551615"] {
        let texts = format!("<!-- --><sst uniqueCount='{count}'><si><t>x</t></si></sst>");
        let read = read_range(with_texts(&texts, 1), "Orders".into(), None);
        assert_eq!(read.unwrap_err().to_string(), "too large: more than 1048576 shared texts");
    }
    let texts = "<sst uniqueCount='1048576'><si><t>x</t></si></sst>";
    let read = read_range(with_texts(texts, 1), "Orders".into(), None);
    assert_eq!(read, Ok(vec![vec![Cell::Text("x".into())]]));
}
