//! Errors and warnings as rustc shows them: with the source that they are about.

use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use ext_definition::diagnostic::{Diagnostic, Place, Severity};

/// Largest source file that is looked into, in bytes.
const MAX_SOURCE: u64 = 16 << 20;

/// A diagnostic with colors, for a stream that removes them where they are not wanted.
pub fn render(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code.0);
    let mut group = Group::with_title(title);
    for (index, place) in diagnostic.places.iter().enumerate() {
        group = group.element(element(place, index == 0));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group])
}

/// The line with what is meant underlined; without the file, the place alone.
fn element(place: &Place, first: bool) -> Element<'static> {
    let Place { file, line, column } = place;
    let source = (*line > 0 && *column > 0).then(|| source(Path::new(file))).flatten();
    let text = source.and_then(|text| text.lines().nth(*line as usize - 1).map(str::to_owned));
    match text {
        Some(text) => {
            let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = token(&text, *column as usize - 1);
            Snippet::source(text)
                .line_start(*line as usize)
                .path(file.clone())
                .annotation(kind.span(span))
                .into()
        }
        None => {
            let mut origin = Origin::path(file.clone());
            if *line > 0 {
                origin = origin.line(*line as usize);
            }
            if *column > 0 {
                origin = origin.char_column(*column as usize);
            }
            origin.into()
        }
    }
}

/// A source file. rustc names it from the workspace's root, which is here or above.
fn source(file: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let path: PathBuf =
        here.ancestors().map(|folder| folder.join(file)).find(|path| path.is_file())?;
    let small = std::fs::metadata(&path).ok()?.len() <= MAX_SOURCE;
    small.then(|| std::fs::read_to_string(path).ok()).flatten()
}

/// The bytes of the name or character at a column, counted in characters from 0.
fn token(text: &str, column: usize) -> Range<usize> {
    let start = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
    let rest = &text[start..];
    let name = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
    let length = match name {
        0 => rest.chars().next().map_or(0, char::len_utf8),
        name => name,
    };
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        for (text, column, expected) in [
            ("pub fn price_order(", 7, "price_order"),
            ("ä = größe;", 4, "größe"),
            ("x = \"text\"", 4, "\""),
            ("short", 5, ""),
            ("short", 50, ""),
        ] {
            assert_eq!(&text[token(text, column)], expected, "{text}");
        }
    }

    #[test]
    fn a_place_without_a_file_is_a_place() {
        let place = Place { file: "no/such/file.rs".into(), line: 3, column: 7 };
        let diagnostic = Diagnostic::error(ext_definition::code::NESTING, "too deep")
            .at(Some(&place))
            .help("less");
        let shown = anstream::adapter::strip_str(&render(&diagnostic)).to_string();
        assert_eq!(shown, "error[EXT0208]: too deep\n--> no/such/file.rs:3:7\n = help: less");
    }
}
