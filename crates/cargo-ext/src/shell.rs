//! What people and programs see: status lines as cargo writes them on standard error,
//! results on standard output, or JSON messages.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use cargo_metadata::Package;
use ext_definition::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

use crate::cli::{Color, Common, MessageFormat};
use crate::compiler_message::compiler_message;
use crate::failure::Failure;
use crate::snippet;

/// Writes messages.
pub struct Shell {
    quiet: bool,
    verbose: bool,
    json: bool,
    stages: bool,
}

impl Shell {
    pub fn new(common: &Common) -> Self {
        match common.color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        Self {
            quiet: common.quiet,
            verbose: common.verbose,
            json: common.message_format == MessageFormat::Json,
            stages: true,
        }
    }

    /// For commands whose point is a result: stages are details there.
    pub fn without_stages(&self) -> Self {
        Self { stages: self.verbose, ..*self }
    }

    /// Whether standard error shows colors.
    pub fn has_colors(&self) -> bool {
        anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }

    /// Whether little is to be said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line such as `    Packing acme:orders`.
    pub fn status(&self, verb: &str, message: impl Display) {
        self.line(verb, message, AnsiColor::Green);
    }

    /// What a stage did, and how long it took.
    pub fn stage(&self, verb: &str, what: impl Display, time: Duration) {
        if self.stages {
            self.status(verb, format!("{what} in {}", seconds(time)));
        }
    }

    /// A line that is worth a second look.
    pub fn note(&self, verb: &str, message: impl Display) {
        self.line(verb, message, AnsiColor::Cyan);
    }

    /// A line that only `--verbose` shows.
    pub fn detail(&self, verb: &str, message: impl Display) {
        if self.verbose {
            self.note(verb, message);
        }
    }

    fn line(&self, verb: &str, message: impl Display, color: AnsiColor) {
        if !self.quiet {
            let style = Style::new().bold().fg_color(Some(color.into()));
            let _ = writeln!(anstream::stderr(), "{style}{verb:>12}{style:#} {message}");
        }
    }

    /// A result, for standard output.
    pub fn print(&self, text: impl Display) {
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// A JSON message, if JSON is asked for. `reason` tells messages apart, as in cargo's.
    pub fn message(&self, reason: &str, content: &impl Serialize) {
        #[derive(Serialize)]
        struct Message<'a, T> {
            reason: &'a str,
            #[serde(flatten)]
            content: &'a T,
        }
        if self.json
            && let Ok(text) = serde_json::to_string(&Message { reason, content })
        {
            self.print(text);
        }
    }

    /// What rustc wrote, with its colors.
    pub fn rendered(&self, text: &str) {
        let _ = write!(anstream::stderr(), "{text}");
    }

    /// Everything that a command says when it fails, and how much that was.
    pub fn failure(&self, failure: &Failure) {
        let package = failure.package.as_deref();
        failure.diagnostics.iter().for_each(|it| self.diagnostic(it, package));
        let number = |severity: Severity| {
            failure.diagnostics.iter().filter(|it| it.severity == severity).count()
        };
        let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
        if errors > 1 && !self.json {
            let and = match warnings {
                0 => String::new(),
                number => format!(", {}", count(number, "warning")),
            };
            let _ = writeln!(anstream::stderr(), "{}{and}", count(errors, "error"));
        }
    }

    /// An error or warning, as rustc shows it; as JSON, if it is about a package, as cargo
    /// reports what rustc found.
    pub fn diagnostic(&self, diagnostic: &Diagnostic, package: Option<&Package>) {
        if self.json {
            return match package {
                Some(package) => {
                    self.message("compiler-message", &compiler_message(diagnostic, package));
                }
                None => self.message("ext-diagnostic", diagnostic),
            };
        }
        if self.quiet && diagnostic.severity == Severity::Warning {
            return;
        }
        let _ = writeln!(anstream::stderr(), "{}\n", snippet::render(diagnostic));
    }
}

/// `0.12 s`, `34 ms`, `3.4 ms`.
pub fn seconds(time: Duration) -> String {
    match time.as_millis() {
        0..10 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        milliseconds @ 0..100 => format!("{milliseconds} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

/// `58.1 KiB`.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// `1 action`, `2 actions`.
pub fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
