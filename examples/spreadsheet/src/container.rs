//! What is checked about the bytes of a workbook before they are parsed: what
//! they are, and how much memory parsing them can take.

use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::errors::SpreadsheetError;
use crate::limits::{MAX_CELLS, MAX_INFLATED, too_large};
use crate::workbook::damaged;

/// The first bytes of old binary workbooks and of encrypted ones.
const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Checks that the bytes are a workbook that can be opened.
pub(crate) fn check(bytes: &[u8]) -> Result<(), SpreadsheetError> {
    if bytes.starts_with(COMPOUND_FILE) {
        return Err(SpreadsheetError::UnsupportedFormat(
            "an old .xls workbook or one with a password".into(),
        ));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| SpreadsheetError::NotAWorkbook(error.to_string()))?;
    check_format(&archive)?;
    let mut inflated = 0u64;
    let mut texts = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(damaged)?;
        // Reading a part fails at the size that is declared here.
        inflated = inflated.saturating_add(part.size());
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        if name.ends_with("sharedstrings.xml") {
            texts.push(index);
        }
    }
    if inflated > MAX_INFLATED {
        return Err(too_large("bytes after decompression", MAX_INFLATED));
    }
    for index in texts {
        check_text_count(archive.by_index(index).map_err(damaged)?)?;
    }
    Ok(())
}

fn check_format(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), SpreadsheetError> {
    let has = |name| archive.index_for_name(name).is_some();
    if has("xl/workbook.bin") {
        Err(SpreadsheetError::UnsupportedFormat("an .xlsb workbook".into()))
    } else if has("mimetype") && has("content.xml") {
        Err(SpreadsheetError::UnsupportedFormat("an OpenDocument file".into()))
    } else if !has("[Content_Types].xml") {
        Err(SpreadsheetError::NotAWorkbook("it is a ZIP archive of something else".into()))
    } else {
        Ok(())
    }
}

/// The table of shared texts says how many there are, and calamine allocates
/// what it says.
fn check_text_count(part: impl Read) -> Result<(), SpreadsheetError> {
    let mut xml = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "sst" => {
                let attributes: &str = tag.attributes_raw();
                let counts = attributes.split("uniqueCount").skip(1);
                return if counts.map(leading_number).any(|count| count > MAX_CELLS) {
                    Err(too_large("shared texts", MAX_CELLS))
                } else {
                    Ok(())
                };
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The number in `="123" …`; saturates.
fn leading_number(value: &str) -> u64 {
    value
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .map_while(|c| c.to_digit(10))
        .fold(0u64, |number, digit| number.saturating_mul(10).saturating_add(digit.into()))
}
