//! Files that ship with an extension: read as any file, in the sandbox and in tests.

use std::path::Path;

use ext_runtime::prelude::*;
use ext_runtime::resource;

/// How much of a currency a euro is, as a table in the package says.
#[ext_action(icon = "icon.svg")]
pub fn rate(
    /// Three letters.
    currency: String,
) -> Result<f64, String> {
    rate_in(resource!("data/rates.csv"), &currency)
}

/// The rate of a former year, for which there may be a table.
#[ext_action]
pub fn former_rate(
    /// Three letters.
    currency: String,
    /// A year.
    year: u16,
) -> Result<f64, String> {
    let tables = resource!("data/history/rates-2023.csv").parent().unwrap_or(resource!());
    rate_in(&tables.join(format!("rates-{year}.csv")), &currency)
}

fn rate_in(table: &Path, currency: &str) -> Result<f64, String> {
    let table = std::fs::read_to_string(table).map_err(|error| error.to_string())?;
    let line = table.lines().filter_map(|line| line.split_once(','));
    let rate = line.filter(|(name, _)| *name == currency).find_map(|(_, rate)| rate.parse().ok());
    rate.ok_or_else(|| format!("no rate of `{currency}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_there() {
        assert_eq!(rate("USD".into()), Ok(1.0842));
        assert_eq!(former_rate("USD".into(), 2023), Ok(1.1039));
        assert!(former_rate("USD".into(), 1999).is_err());
    }
}
