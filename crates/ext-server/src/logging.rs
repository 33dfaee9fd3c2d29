//! The server's own log.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;

/// Writes events to standard error: for people, or a JSON object on each line. What was set up
/// before stays.
pub fn log_to_stderr(json: bool) {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::INFO)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match json {
        true => tracing::subscriber::set_global_default(subscriber.json().finish()),
        false => tracing::subscriber::set_global_default(subscriber.compact().finish()),
    };
}
