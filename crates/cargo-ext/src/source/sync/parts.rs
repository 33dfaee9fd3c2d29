//! Lists of parameters, fields and cases: each part keeps its text, its comments too, wherever
//! it goes; new ones stand on lines of their own.

use std::ops::Range;

use crate::source::edit::Edits;
use crate::source::file::SourceFile;
use crate::source::format::indented;
use crate::source::item::{Part, Parts};

/// What is to stand at a place of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The part that was there, by its index.
    Keep(usize),
    /// Lines with four spaces before each, and a comma at the end.
    New(String),
}

/// The order of a list: what is wanted, and behind its predecessor each part that nobody
/// asked about, unless it goes.
pub fn with_others(mut slots: Vec<Slot>, count: usize, removed: &[usize]) -> Vec<Slot> {
    for index in (0..count).filter(|it| !removed.contains(it)) {
        if slots.contains(&Slot::Keep(index)) {
            continue;
        }
        let before =
            (0..index).rev().find_map(|it| slots.iter().position(|at| *at == Slot::Keep(it)));
        slots.insert(before.map_or(0, |it| it + 1), Slot::Keep(index));
    }
    slots
}

/// Edits a list; whether there was anything to do. Edits inside of parts that move are made
/// on the way.
pub fn arrange(
    file: &SourceFile,
    edits: &mut Edits,
    parts: &Parts,
    slots: &[Slot],
    removed: &[usize],
    indentation: &str,
) -> bool {
    let kept: Vec<usize> = (slots.iter())
        .filter_map(|it| if let Slot::Keep(index) = it { Some(*index) } else { None })
        .collect();
    if removed.is_empty() && kept.len() == slots.len() && kept.is_sorted() {
        return false;
    }
    let segments = segments(file, parts);
    let new =
        |text: &str| file.with_line_ends(&format!("\n{}", indented(text.trim_end(), indentation)));
    if kept.is_sorted() {
        for &index in removed {
            edits.replace(segments[index].clone(), "");
        }
        let mut at = parts.interior.start;
        let mut last: Option<&Part> = None;
        for slot in slots {
            match slot {
                Slot::Keep(index) => {
                    at = segments[*index].end;
                    last = Some(&parts.list[*index]);
                }
                Slot::New(text) => {
                    if let Some(last) = last.take().filter(|it| it.comma.is_none()) {
                        edits.insert(last.range.end, ",");
                    }
                    edits.insert(at, new(text));
                }
            }
        }
        // With nothing behind it, a brace or parenthesis stands on its own line.
        if segments.is_empty() && file.text[parts.interior.clone()].trim().is_empty() {
            edits.insert(parts.interior.start, file.with_line_ends(&format!("\n{indentation}")));
        }
        return true;
    }
    let mut text = String::new();
    for (position, slot) in slots.iter().enumerate() {
        match slot {
            Slot::Keep(index) => {
                let part = &parts.list[*index];
                if part.comma.is_none() && position + 1 < slots.len() {
                    edits.insert(part.range.end, ",");
                }
                text.push_str(&edits.apply_within(&file.text, &segments[*index]));
            }
            Slot::New(it) => text.push_str(&new(it)),
        }
    }
    let end = segments.last().map_or(parts.interior.start, |it| it.end);
    edits.replace(parts.interior.start..end, text);
    true
}

/// What belongs to each part: all of the list's text but what stands behind the last.
fn segments(file: &SourceFile, parts: &Parts) -> Vec<Range<usize>> {
    let mut start = parts.interior.start;
    let mut segments = Vec::new();
    for part in &parts.list {
        let mut end = part.comma.unwrap_or(part.range.end);
        // A comment on the same line is about the part before it.
        let line = file.text[end..parts.interior.end].lines().next().unwrap_or_default();
        if line.trim_start().starts_with("//") {
            end += line.trim_end().len();
        }
        segments.push(start..end);
        start = end;
    }
    segments
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::item::items;

    fn arranged(text: &str, slots: &[Slot], removed: &[usize]) -> String {
        let (file, syntax) = SourceFile::parse(Path::new("x.rs"), text.to_owned()).unwrap();
        let item = items(&file, &syntax.items[0]).remove(0);
        let mut edits = Edits::default();
        let slots = with_others(slots.to_vec(), item.parts.list.len(), removed);
        arrange(&file, &mut edits, &item.parts, &slots, removed, "");
        let text = edits.apply(text);
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        text
    }

    #[test]
    fn parts_keep_their_comments() {
        use Slot::{Keep, New};
        let text = "#[derive(ExtStructure)]\nstruct A {\n    // One.\n    a: u8, // first\n\n    /// Two.\n    b: u8 // last\n}\n";
        let new = || New("    c: u8,\n".into());
        assert_eq!(arranged(text, &[Keep(0), Keep(1)], &[]), text);
        // Nobody asked about the second.
        assert_eq!(arranged(text, &[Keep(0)], &[]), text);
        assert_eq!(
            arranged(text, &[Keep(0), Keep(1), new()], &[]),
            "#[derive(ExtStructure)]\nstruct A {\n    // One.\n    a: u8, // first\n\n    /// Two.\n    b: u8, // last\n    c: u8,\n}\n"
        );
        assert_eq!(
            arranged(text, &[new(), Keep(0), Keep(1)], &[]),
            "#[derive(ExtStructure)]\nstruct A {\n    c: u8,\n    // One.\n    a: u8, // first\n\n    /// Two.\n    b: u8 // last\n}\n"
        );
        assert_eq!(
            arranged(text, &[Keep(1), Keep(0)], &[]),
            "#[derive(ExtStructure)]\nstruct A {\n\n    /// Two.\n    b: u8, // last\n    // One.\n    a: u8, // first\n}\n"
        );
        assert_eq!(
            arranged(text, &[Keep(1)], &[0]),
            "#[derive(ExtStructure)]\nstruct A {\n\n    /// Two.\n    b: u8 // last\n}\n"
        );
    }

    #[test]
    fn lists_on_one_line() {
        use Slot::{Keep, New};
        let new = || New("    c: u8,\n".into());
        for (text, slots, removed) in [
            ("#[ext_action] fn a() {}", &[new()][..], &[][..]),
            ("#[ext_action] fn a(a: u8) {}", &[Keep(0), new()], &[]),
            ("#[ext_action] fn a(a: u8, b: u8) {}", &[new(), Keep(1)], &[0]),
            ("#[ext_action] fn a(a: u8, b: u8) {}", &[Keep(1), new(), Keep(0)], &[]),
        ] {
            assert!(arranged(text, slots, removed).contains("c: u8,"));
        }
    }
}
