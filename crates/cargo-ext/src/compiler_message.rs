//! A diagnostic as cargo reports what rustc found (`cargo build --message-format json`,
//! "External tools" in cargo's book): editors that read that show ours at their places.

use anstream::adapter::strip_str;
use cargo_metadata::Package;
use ext_definition::diagnostic::{Diagnostic, Fix, Place, Severity};
use serde_json::{Value, json};

use crate::project;
use crate::snippet::{self, Line};

/// The content of a message with the reason `compiler-message`.
pub fn compiler_message(diagnostic: &Diagnostic, package: &Package) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let code = diagnostic.code.0;
    let spans: Vec<Value> = (diagnostic.places.iter().enumerate())
        .map(|(index, place)| span(place, index == 0, None))
        .collect();
    let file = diagnostic.places.first().map(|place| place.file.as_str());
    let suggested = match (&diagnostic.fix, file) {
        (Some(fix), Some(file)) => vec![suggestion(file, fix)],
        _ => Vec::new(),
    };
    let help = diagnostic.help.as_ref().map(|help| {
        json!({
            "message": help, "code": null, "level": "help", "spans": suggested,
            "children": [], "rendered": null,
        })
    });
    json!({
        "package_id": package.id,
        "manifest_path": package.manifest_path,
        "target": project::library(package),
        "message": {
            "$message_type": "diagnostic",
            "message": diagnostic.message,
            "code": { "code": code, "explanation": null },
            "level": level,
            "spans": spans,
            "children": help.into_iter().collect::<Vec<_>>(),
            "rendered": format!("{}\n\n", strip_str(&snippet::render(diagnostic))),
        },
    })
}

fn suggestion(file: &str, fix: &Fix) -> Value {
    let place = Place { file: file.to_owned(), line: fix.line, column: fix.column };
    span(&place, true, Some(fix))
}

/// A place as rustc's spans are: lines and columns from 1, bytes from 0, ends exclusive.
fn span(place: &Place, is_primary: bool, fix: Option<&Fix>) -> Value {
    let Place { file, line, column } = place;
    let (start, end, text) = match Line::of(place) {
        Some(found) => {
            let range = match fix {
                Some(fix) => found.characters(*column as usize - 1, fix.length as usize),
                None => found.token(*column as usize - 1),
            };
            let width = found.text[range.clone()].chars().count() as u32;
            let text = json!([{
                "text": found.text, "highlight_start": column, "highlight_end": column + width,
            }]);
            let start = found.start + range.start;
            (start, (start + range.len(), column + width), text)
        }
        None => (0, (0, (*column).max(1)), json!([])),
    };
    let (line, (byte_end, column_end)) = ((*line).max(1), end);
    json!({
        "file_name": file,
        "byte_start": start,
        "byte_end": byte_end,
        "line_start": line,
        "line_end": line,
        "column_start": (*column).max(1),
        "column_end": column_end,
        "is_primary": is_primary,
        "text": text,
        "label": null,
        "suggested_replacement": fix.map(|fix| &fix.text),
        "suggestion_applicability": fix.map(|_| "MachineApplicable"),
        "expansion": null,
    })
}
