//! Cells and ranges in A1 notation.

use crate::errors::SpreadsheetError;
use crate::limits::{MAX_COLUMNS, MAX_ROWS};

/// A rectangle of cells; rows and columns count from 0, the last ones belong
/// to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub first: (u32, u32),
    pub last: (u32, u32),
}

impl Area {
    /// Reads `B2:D10` or `B2`, in upper or lower case, with or without `$`. The
    /// two cells can be any opposite corners.
    pub fn parse(range: &str) -> Result<Area, SpreadsheetError> {
        let (one, other) = range.split_once(':').unwrap_or((range, range));
        let corners = parse_cell(one).and_then(|one| Ok((one, parse_cell(other)?)));
        match corners {
            Ok((one, other)) => Ok(Area::of(one).including(other)),
            Err(reason) => Err(SpreadsheetError::InvalidRange { range: range.into(), reason }),
        }
    }

    pub fn of(cell: (u32, u32)) -> Area {
        Area { first: cell, last: cell }
    }

    /// The smallest area with this one and the cell.
    pub fn including(self, cell: (u32, u32)) -> Area {
        Area {
            first: (self.first.0.min(cell.0), self.first.1.min(cell.1)),
            last: (self.last.0.max(cell.0), self.last.1.max(cell.1)),
        }
    }

    pub fn contains(&self, (row, column): (u32, u32)) -> bool {
        (self.first.0..=self.last.0).contains(&row)
            && (self.first.1..=self.last.1).contains(&column)
    }

    pub fn rows(&self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    pub fn columns(&self) -> u32 {
        self.last.1 - self.first.1 + 1
    }

    pub fn cells(&self) -> u64 {
        u64::from(self.rows()) * u64::from(self.columns())
    }

    /// `B2:D10`, also for a single cell: `B2:B2`.
    pub fn name(&self) -> String {
        format!("{}:{}", cell_name(self.first), cell_name(self.last))
    }
}

/// `B2` for (1, 1).
pub(crate) fn cell_name((row, column): (u32, u32)) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

/// `A` for 0, `AA` for 26.
pub(crate) fn column_name(column: u32) -> String {
    let mut name = String::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        name.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    name
}

fn parse_cell(text: &str) -> Result<(u32, u32), String> {
    let shape = || format!("{text:?} is not a column and a row, such as B2");
    let bare = text.strip_prefix('$').unwrap_or(text);
    let letters = bare.find(|c: char| !c.is_ascii_alphabetic()).ok_or_else(shape)?;
    let (column, row) = bare.split_at(letters);
    let row = row.strip_prefix('$').unwrap_or(row);
    if column.is_empty() || row.is_empty() || !row.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(shape());
    }
    let column = column.bytes().fold(0u32, |number, letter| {
        let digit = letter.to_ascii_uppercase() - b'A' + 1;
        number.saturating_mul(26).saturating_add(digit.into())
    });
    if column > MAX_COLUMNS {
        return Err(format!("the last column is {}", column_name(MAX_COLUMNS - 1)));
    }
    match row.parse() {
        Ok(row @ 1..=MAX_ROWS) => Ok((row - 1, column - 1)),
        _ => Err(format!("rows go from 1 to {MAX_ROWS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let cases = [
            ("B2:D10", (1, 1), (9, 3)),
            ("b2", (1, 1), (1, 1)),
            ("$A$1:$AA$3", (0, 0), (2, 26)),
            ("D10:B2", (1, 1), (9, 3)),
            ("B10:D2", (1, 1), (9, 3)),
            ("XFD1048576", (1_048_575, 16_383), (1_048_575, 16_383)),
        ];
        for (text, first, last) in cases {
            assert_eq!(Area::parse(text).unwrap(), Area { first, last }, "{text}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(Area::parse("b2:$zz$7").unwrap().name(), "B2:ZZ7");
        for column in 0..MAX_COLUMNS {
            let name = format!("{}1", column_name(column));
            assert_eq!(parse_cell(&name), Ok((0, column)));
        }
        assert_eq!(cell_name((u32::MAX, u32::MAX)), "MWLQKWV4294967296");
    }

    #[test]
    fn what_is_no_range() {
        let cases = [
            ("", "\"\" is not a column and a row, such as B2"),
            ("B:D", "\"B\" is not a column and a row, such as B2"),
            ("2:5", "\"2\" is not a column and a row, such as B2"),
            ("B2:", "\"\" is not a column and a row, such as B2"),
            ("B2:C3:D4", "\"C3:D4\" is not a column and a row, such as B2"),
            ("B-2", "\"B-2\" is not a column and a row, such as B2"),
            ("Ä2", "\"Ä2\" is not a column and a row, such as B2"),
            ("XFE1", "the last column is XFD"),
            ("AAAAAAAAAAAAAAAA1", "the last column is XFD"),
            ("B0", "rows go from 1 to 1048576"),
            ("A1:B1048577", "rows go from 1 to 1048576"),
            ("A99999999999", "rows go from 1 to 1048576"),
        ];
        for (range, reason) in cases {
            let expected =
                SpreadsheetError::InvalidRange { range: range.into(), reason: reason.into() };
            assert_eq!(Area::parse(range), Err(expected));
        }
    }
}
