//! Calls, as people read them.

use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Effects, Style};
use ext_server::store::{CallRecord, Outcome};

use crate::shell::{Shell, seconds};

/// Shows a call that was made.
pub fn show(call: &CallRecord, shell: &Shell) {
    match shell.is_json() {
        true => shell.message("ext-call", call),
        false => shell.print(text(call)),
    }
}

/// A line for the call, one for what went wrong, and what the extension wrote.
fn text(call: &CallRecord) -> String {
    let color = match call.outcome {
        Outcome::Ok => AnsiColor::Green,
        Outcome::Error | Outcome::Arguments | Outcome::Shed => AnsiColor::Yellow,
        Outcome::Trap | Outcome::Limit | Outcome::Failed => AnsiColor::Red,
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    let dim = Style::new().effects(Effects::DIMMED);
    let took = seconds(Duration::from_micros(call.micros));
    let mut out = format!(
        "{dim}{:.3}{dim:#} {style}{:<9}{style:#} {took:>8}  {}@{} {}  {dim}{} by {}, {}{dim:#}",
        call.at,
        call.outcome.word(),
        plain(&call.package),
        plain(&call.version),
        plain(&call.action),
        call.surface,
        plain(&call.consumer),
        plain(&call.id),
    );
    if call.outcome != Outcome::Ok {
        let code = call.code.as_deref().unwrap_or_default();
        let detail = plain(&call.detail).replace('\n', "\n    ");
        // Writing to a text cannot fail.
        let _ = write!(out, "\n    {style}{}{style:#} {detail}", plain(code));
    }
    for line in call.log.lines() {
        let _ = write!(out, "\n    {dim}|{dim:#} {}", plain(line));
    }
    out
}

/// A text of strangers without what would change the terminal: control characters, and those
/// that turn the direction of writing, are shown as escapes.
pub fn plain(text: &str) -> String {
    let turns = |it: char| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\n' | '\t' => out.push(it),
            it if it.is_control() || turns(it) => out.extend(it.escape_unicode()),
            it => out.push(it),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(outcome: &str) -> CallRecord {
        serde_json::from_value(serde_json::json!({
            "id": "1", "at": "2026-01-02T03:04:05.678901Z", "micros": 1234,
            "package": "acme:orders", "version": "0.1.0", "action": "price_order",
            "consumer": "shop", "surface": "http", "outcome": outcome,
            "code": "EXT0504", "detail": "first\nsecond", "log": "one\ntwo \u{1b}[2J\n",
        }))
        .unwrap()
    }

    #[test]
    fn a_call_with_its_log() {
        let plain = |call: &CallRecord| anstream::adapter::strip_str(&text(call)).to_string();
        assert_eq!(
            plain(&call("trap")),
            "2026-01-02T03:04:05.678Z trap        1.2 ms  acme:orders@0.1.0 price_order  http by shop, 1\n    \
             EXT0504 first\n    second\n    | one\n    | two \\u{1b}[2J"
        );
        assert_eq!(plain(&call("ok")).lines().count(), 3);
    }

    #[test]
    fn what_would_change_the_terminal_is_shown() {
        assert_eq!(
            plain("a\u{1b}[31m\r\u{9b}\u{202e}ü\tb"),
            "a\\u{1b}[31m\\u{d}\\u{9b}\\u{202e}ü\tb"
        );
    }
}
