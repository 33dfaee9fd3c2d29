//! An instant that keeps its offset.

use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::FormError;

/// An instant and the offset from UTC that it was written with: RFC 3339, such as
/// `2026-11-23T13:45:00+01:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The instant.
    pub timestamp: Timestamp,
    /// The offset of the local time.
    pub offset: Offset,
}

impl DateTime {
    /// The same, for calculations in local time.
    pub fn to_zoned(self) -> Zoned {
        self.timestamp.to_zoned(TimeZone::fixed(self.offset))
    }
}

/// Keeps the offset at that instant, not the time zone.
impl From<Zoned> for DateTime {
    fn from(zoned: Zoned) -> Self {
        Self { timestamp: zoned.timestamp(), offset: zoned.offset() }
    }
}

/// In UTC.
impl From<Timestamp> for DateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self { timestamp, offset: Offset::UTC }
    }
}

impl std::str::FromStr for DateTime {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, FormError> {
        let none = FormError("date and time with an offset");
        let pieces = Pieces::parse(text).map_err(|_| none)?;
        let time = pieces.time().ok_or(none)?;
        let offset = pieces.to_numeric_offset().ok_or(none)?;
        let timestamp = offset.to_timestamp(pieces.date().to_datetime(time)).map_err(|_| none)?;
        Ok(Self { timestamp, offset })
    }
}

impl std::fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.timestamp.display_with_offset(self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_kept() {
        for text in ["2026-11-23T13:45:00+01:00", "2026-11-23T13:45:00.25-03:30"] {
            let value: DateTime = text.parse().unwrap();
            assert_eq!(value.to_string(), text);
            assert_eq!(DateTime::from(value.to_zoned()), value);
        }
        let utc: DateTime = "2026-11-23T13:45:00Z".parse().unwrap();
        assert_eq!(utc.to_string(), "2026-11-23T13:45:00+00:00");
        assert!("2026-11-23T13:45:00".parse::<DateTime>().is_err());
    }
}
