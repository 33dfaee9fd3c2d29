//! What an extension tells besides its results.

use ext_runtime::prelude::*;
use log::Level;

/// Logs one record of each level.
#[ext_action]
pub fn logs_levels() {
    for level in Level::iter() {
        log::log!(level, "at the level {level}");
    }
}

/// Logs a message with fields.
#[ext_action]
pub fn logs_fields(
    /// What is told.
    message: String,
    /// What is not told to others.
    #[ext(secret)]
    password: Option<String>,
    /// Which number has the record.
    number: u32,
) {
    let password = password.unwrap_or_default();
    log::warn!(target: "sink::fields", number, password:%, empty = ""; "{message} {password}");
    println!("{message} {password}");
}

/// Logs without end, nearly.
#[ext_action]
pub fn logs_much(
    /// How many records.
    records: u32,
    /// How many bytes each of them has.
    length: u32,
) {
    let message = "x".repeat(length as usize);
    for _ in 0..records {
        log::info!("{message}");
    }
    log::error!("at the end");
}

/// Logs, and panics.
#[ext_action]
pub fn logs_and_panics(
    /// What is told.
    message: String,
) {
    log::error!("{message}");
    panic!("{message}");
}
