//! `MIGRATION.md`: what is left to do, each with its place in the C# source.

use std::fmt::Write;

use super::model::{Action, Library, Note, Topic};

/// Most notes of one kind that are written out.
const MAX_NOTES: usize = 500;

/// The sections: what a note is about, its heading, and what to do.
const SECTIONS: &[(Topic, &str, &str)] = &[
    (
        Topic::Entity,
        "Entities",
        "A table of a database is not migrated. Read it through a connection of the extension, or \
         keep the entity where it is.",
    ),
    (
        Topic::Object,
        "Objects",
        "`object` takes anything, and an extension's types are known: a text stands there. \
         Choose a structure, a number or bytes (`Vec<u8>`). An object that one action makes and \
         another takes, such as an open document, is best passed as its bytes.",
    ),
    (
        Topic::UnknownType,
        "Types to look at",
        "Where there is no counterpart a text stands, or a list of texts.",
    ),
    (
        Topic::SeveralOutputs,
        "Several outputs",
        "An action gives one value here: a structure holds them.",
    ),
    (Topic::Default, "Default values", "What could not be said in Rust: callers give a value."),
    (Topic::Limit, "Lengths and decimals", "Rust's type has no such limit: nothing checks it."),
    (Topic::Description, "Descriptions", "Compare them with the C# source."),
    (Topic::Name, "Changed names", "Rename them if there is a better one."),
    (
        Topic::OriginalName,
        "Original names",
        "Keys for consumers that know an older name. The consumers of the migrated extension are \
         new: nothing has to be done unless they are migrated as well.",
    ),
    (
        Topic::Icon,
        "Icons",
        "Icons are files of the package, PNG or SVG: `#[ext_action(icon = \"…\")]`, and `icon` in `[package.metadata.ext]`.",
    ),
    (Topic::LeftOut, "Left out", "See whether something is missing."),
    (Topic::Source, "Sources", "See whether something is missing."),
];

pub fn report(library: &Library) -> String {
    let mut out = String::new();
    let count = |number: usize, word: &str| {
        format!("{number} {word}{}", if number == 1 { "" } else { "s" })
    };
    let enums = match library.written_enums().count() {
        0 => String::new(),
        number => format!(", {}", count(number, "enum")),
    };
    let _ = writeln!(
        out,
        "# Migration of {}\n\nFrom the OutSystems {}, with {}{enums} and {}. Places are relative to \
         the folder that was migrated.",
        inline(&library.name),
        library.kind,
        count(library.actions.len(), "action"),
        count(library.written().count(), "structure"),
    );
    bodies(library, &mut out);
    for (topic, heading, advice) in SECTIONS {
        let notes: Vec<&Note> = library.notes.iter().filter(|it| it.topic == *topic).collect();
        if notes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {heading}\n\n{advice}\n");
        for note in notes.iter().take(MAX_NOTES) {
            let _ = writeln!(out, "- [ ] {}", item(note));
        }
        if notes.len() > MAX_NOTES {
            let _ = writeln!(out, "- [ ] … and {} more", notes.len() - MAX_NOTES);
        }
    }
    out
}

fn bodies(library: &Library, out: &mut String) {
    out.push_str("\n## Bodies\n\n");
    if library.actions.is_empty() {
        out.push_str("The sources have no action, and an extension needs one: write it.\n");
        return;
    }
    out.push_str(
        "Each action is a stub that ends with `todo!()`. Write the body, then remove the line \
         `#![allow(…)]` from `src/lib.rs`.\n\n\
         | action | in Rust | declared | written out |\n|---|---|---|---|\n",
    );
    for Action { name, rust, place, body, .. } in &library.actions {
        let body = body.as_ref().map_or("not found".to_owned(), |it| code(&it.to_string()));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {body} |",
            code(name),
            code(rust),
            code(&place.to_string())
        );
    }
}

fn item(note: &Note) -> String {
    let text = inline(&note.text);
    let place = note.place.as_ref().map(|place| code(&place.to_string()));
    match (note.element.is_empty(), place) {
        (false, Some(place)) => format!("{} {text} ({place})", code(&note.element)),
        (false, None) => format!("{} {text}", code(&note.element)),
        (true, Some(place)) => format!("{place}: {text}"),
        (true, None) => text,
    }
}

/// As code, whatever is in it: it comes from somebody's source.
fn code(text: &str) -> String {
    format!("`{}`", inline(text).replace('`', "'").replace('|', "\\|"))
}

fn inline(text: &str) -> String {
    text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
