//! rustc's messages about an extension: each mistake once, with a way out that rustc cannot know.

use std::collections::HashSet;

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticSpan};

/// rustc's words for an action in an `impl`, and ours.
const UNNAMED: &str = "`const` items in this context need a name";
const ASSOCIATED: &str = "[EXT0904] an action is a free function, not an associated one";

/// Remembers what was shown. The macros name a type in several places, and rustc reports each.
#[derive(Default)]
pub struct Shown(HashSet<String>);

impl Shown {
    /// The message with its hint, unless the same was shown.
    pub fn prepare(&mut self, mut message: CompilerMessage) -> Option<CompilerMessage> {
        let diagnostic = &mut message.message;
        if is_summary(diagnostic) || is_name_of_function(diagnostic) {
            return None;
        }
        let hint = hint(diagnostic);
        // Traits that a type lacks for one reason are one mistake.
        let what = hint.clone().unwrap_or_else(|| diagnostic.message.clone());
        let place = diagnostic.spans.iter().find(|it| it.is_primary);
        let place = place.map(|it| (&it.file_name, it.byte_start, it.byte_end));
        let is_new = place.is_none() || self.0.insert(format!("{place:?} {what}"));
        if let Some(hint) = hint {
            add(diagnostic, &hint);
        }
        name_associated_function(diagnostic);
        is_new.then_some(message)
    }
}

/// rustc's own count, which is wrong once a message is left out.
fn is_summary(diagnostic: &Diagnostic) -> bool {
    let text = &diagnostic.message;
    diagnostic.spans.is_empty()
        && (text.starts_with("aborting due to")
            || text.ends_with("warnings emitted")
            || text.ends_with("warning emitted"))
}

/// Adds a line of help, to the text and to the structure.
fn add(diagnostic: &mut Diagnostic, hint: &str) {
    if let Some(text) = &mut diagnostic.rendered {
        let plain = anstream::adapter::strip_str(text).to_string();
        let gutter = plain.lines().find(|line| line.trim() == "|");
        let gutter = gutter.map_or(" ", |line| &line[..line.len() - line.trim_start().len()]);
        let end = text.trim_end().len();
        text.replace_range(end.., &format!("\n{gutter}= help: {hint}\n\n"));
    }
    // The type has no constructor.
    let help = serde_json::json!({
        "message": hint, "code": null, "level": "help", "spans": [], "children": [], "rendered": null,
    });
    let help: Option<Diagnostic> = serde_json::from_value(help).ok();
    diagnostic.children.extend(help);
}

/// What to do about a message.
fn hint(diagnostic: &Diagnostic) -> Option<String> {
    let message = diagnostic.message.as_str();
    let quoted = || message.split('`').nth(1);
    if message.contains("cannot cross the boundary") {
        return quoted().and_then(of_type).map(str::to_owned);
    }
    if message.starts_with("`?` couldn't convert the error to") {
        let target = message.rsplit('`').nth(1).unwrap_or("the action's error");
        return Some(format!(
            "convert the error with `.map_err(…)`, or implement `From` of it for `{target}`"
        ));
    }
    let implements = |name: &str| {
        message.starts_with("conflicting implementations of trait") && message.contains(name)
    };
    if (implements("Display`") || implements("Error`")) && is_from(diagnostic, "ExtError") {
        return Some(
            "`ExtError` implements `Display` and `Error`: remove `thiserror::Error`, and write \
             `#[ext(message = \"…\")]` in place of `#[error(\"…\")]`"
                .to_owned(),
        );
    }
    if is_associated_function(diagnostic) {
        return Some(
            "move it out of the `impl`, and let it call the associated function".to_owned(),
        );
    }
    None
}

/// The action's code is refused where only associated items stand.
fn is_associated_function(diagnostic: &Diagnostic) -> bool {
    diagnostic.message == UNNAMED && is_from(diagnostic, "ext_action")
}

/// rustc speaks of code that the author does not see.
fn name_associated_function(diagnostic: &mut Diagnostic) {
    if is_associated_function(diagnostic) {
        diagnostic.message = ASSOCIATED.to_owned();
        let label = "`_` is not a valid name for this `const` item";
        let text = diagnostic.rendered.take();
        diagnostic.rendered = text
            .map(|it| it.replace(UNNAMED, ASSOCIATED).replace(label, "on an associated function"));
    }
}

/// That a function's own name is unknown, rustc says only of actions in an `impl`.
fn is_name_of_function(diagnostic: &Diagnostic) -> bool {
    let is_definition = |span: &DiagnosticSpan| {
        span.is_primary
            && span.text.first().is_some_and(|line| {
                let before = line.text.chars().take(line.highlight_start.saturating_sub(1));
                before.collect::<String>().ends_with("fn ")
            })
    };
    diagnostic.code.as_ref().is_some_and(|it| it.code == "E0425")
        && diagnostic.spans.iter().any(is_definition)
}

/// Whether a macro wrote the code that a message is about.
fn is_from(diagnostic: &Diagnostic, name: &str) -> bool {
    let expansions = diagnostic.spans.iter().filter_map(|it| it.expansion.as_ref());
    let mut names = expansions.map(|it| it.macro_decl_name.as_str());
    names.any(|it| it.contains(name))
}

/// What to use in place of a type that cannot cross.
fn of_type(ty: &str) -> Option<&'static str> {
    // Without parameters, path and crate: `DateTime` of `chrono::DateTime<Utc>`.
    let path = ty.split('<').next().unwrap_or(ty);
    let name = path.rsplit("::").next().unwrap_or(path);
    Some(match name {
        "usize" => "its size differs between platforms: use `u32` or `u64`",
        "isize" => "its size differs between platforms: use `i32` or `i64`",
        "u128" | "i128" => {
            "use `u64` or `i64`, `ext_runtime::Decimal` (feature `decimal`), or a `String`"
        }
        "NaiveDate" => "use `ext_runtime::Date` (feature `date-time`)",
        "NaiveTime" => "use `ext_runtime::Time` (feature `date-time`)",
        "NaiveDateTime" | "DateTime" | "SystemTime" | "OffsetDateTime" | "Zoned" | "Timestamp" => {
            "use `ext_runtime::DateTime` (feature `date-time`)"
        }
        "Duration" | "TimeDelta" | "Instant" | "SignedDuration" | "Span" => {
            "use `ext_runtime::Duration` (feature `date-time`)"
        }
        "Decimal" | "BigDecimal" => "use `ext_runtime::Decimal` (feature `decimal`)",
        "Uuid" => "use `ext_runtime::Uuid` (feature `uuid`)",
        "Url" => "use `ext_runtime::Url` (feature `url`)",
        "Value" => "use `ext_runtime::Json` (feature `json`)",
        "PathBuf" | "OsString" => "use a `String`",
        "HashSet" | "BTreeSet" | "VecDeque" | "LinkedList" => "use a `Vec`",
        name if name.ends_with("Error") || path.ends_with("Report") => {
            "an action's error is an enum with `#[derive(ExtError)]`, or a `String`: convert this \
             one with `.map_err(…)`"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, start: u32, expansion: Option<&str>) -> CompilerMessage {
        let span = |expansion: serde_json::Value| {
            serde_json::json!({
                "file_name": "src/lib.rs", "byte_start": start, "byte_end": start + 1,
                "line_start": 1, "line_end": 1, "column_start": 1, "column_end": 2,
                "is_primary": true, "text": [], "label": null, "suggested_replacement": null,
                "suggestion_applicability": null, "expansion": expansion,
            })
        };
        let expansion = expansion.map(|name| {
            serde_json::json!({
                "macro_decl_name": name, "span": span(serde_json::Value::Null),
                "def_site_span": null,
            })
        });
        serde_json::from_value(serde_json::json!({
            "package_id": "hello 0.1.0",
            "target": { "kind": ["lib"], "crate_types": ["lib"], "name": "hello", "src_path": "" },
            "message": {
                "message": text, "code": null, "level": "error", "children": [],
                "spans": [span(expansion.into())], "rendered": format!("error: {text}\n\n"),
            },
        }))
        .unwrap()
    }

    fn rendered(text: &str, expansion: Option<&str>) -> String {
        let shown = Shown::default().prepare(message(text, 1, expansion)).unwrap();
        assert_eq!(
            shown.message.children.len(),
            shown.message.rendered.iter().filter(|it| it.contains("= help")).count()
        );
        shown.message.rendered.unwrap()
    }

    #[test]
    fn a_mistake_is_shown_once() {
        let mut shown = Shown::default();
        let text = "the trait bound `usize: ExtType` is not satisfied";
        assert!(shown.prepare(message(text, 1, None)).is_some());
        assert!(shown.prepare(message(text, 1, None)).is_none());
        assert!(shown.prepare(message(text, 9, None)).is_some());
        let conflict = |name: &str| {
            message(
                &format!("conflicting implementations of trait `{name}` for type `E`"),
                1,
                Some("#[derive(ExtError)]"),
            )
        };
        assert!(shown.prepare(conflict("std::fmt::Display")).is_some());
        assert!(shown.prepare(conflict("std::error::Error")).is_none());
    }

    #[test]
    fn types_have_their_hints() {
        let crossing =
            |ty: &str| rendered(&format!("`{ty}` cannot cross the boundary of an extension"), None);
        for (ty, hint) in [
            ("usize", "`u32` or `u64`"),
            ("isize", "`i32` or `i64`"),
            ("anyhow::Error", ".map_err(…)"),
            ("std::io::Error", "ExtError"),
            ("ParseIntError", ".map_err(…)"),
            ("NaiveDate", "`ext_runtime::Date`"),
            ("chrono::DateTime<Utc>", "`ext_runtime::DateTime`"),
            ("TimeDelta", "`ext_runtime::Duration`"),
            ("serde_json::Value", "`ext_runtime::Json`"),
            ("HashSet<String>", "`Vec`"),
        ] {
            let text = crossing(ty);
            assert!(text.contains("\n = help: ") && text.contains(hint), "{text}");
        }
        assert!(!crossing("Mine").contains("= help"));
    }

    #[test]
    fn other_messages_have_hints_too() {
        let text = rendered("`?` couldn't convert the error to `PriceError`", None);
        assert!(text.contains(".map_err(…)") && text.contains("`PriceError`"), "{text}");
        let conflict = "conflicting implementations of trait `std::fmt::Display` for type `E`";
        assert!(
            rendered(conflict, Some("#[derive(ExtError)]")).contains("#[ext(message = \"…\")]")
        );
        assert!(!rendered(conflict, Some("#[derive(Other)]")).contains("= help"));
        let unnamed = "`const` items in this context need a name";
        assert!(rendered(unnamed, Some("#[ext_action]")).contains("[EXT0904]"));
    }
}
