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
    match Line::of(place) {
        Some(found) => {
            let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = found.token(*column as usize - 1);
            Snippet::source(found.text)
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

/// A line of a source file.
pub struct Line {
    /// Without its end.
    pub text: String,
    /// Bytes of the file before it.
    pub start: usize,
}

impl Line {
    /// The line that a place is on, if that can be read.
    pub fn of(place: &Place) -> Option<Self> {
        let line = (place.line as usize).checked_sub(1).filter(|_| place.column > 0)?;
        let source = std::fs::read_to_string(file(Path::new(&place.file))?).ok()?;
        let mut start = 0;
        for (index, text) in source.split_inclusive('\n').enumerate() {
            if index == line {
                return Some(Self { text: text.trim_end_matches(['\n', '\r']).to_owned(), start });
            }
            start += text.len();
        }
        None
    }

    /// The bytes of the name or character at a column, counted in characters from 0.
    pub fn token(&self, column: usize) -> Range<usize> {
        let start = self.byte(column);
        let rest = &self.text[start..];
        let name = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        let length = match name {
            0 => rest.chars().next().map_or(0, char::len_utf8),
            name => name,
        };
        start..start + length
    }

    /// The bytes of so many characters from a column on.
    pub fn characters(&self, column: usize, length: usize) -> Range<usize> {
        self.byte(column)..self.byte(column + length)
    }

    fn byte(&self, column: usize) -> usize {
        self.text.char_indices().nth(column).map_or(self.text.len(), |(at, _)| at)
    }
}

/// A source file. rustc names it from the workspace's root, which is here or above.
pub fn file(file: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let path = here.ancestors().map(|folder| folder.join(file)).find(|path| path.is_file())?;
    (std::fs::metadata(&path).ok()?.len() <= MAX_SOURCE).then_some(path)
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
            let line = Line { text: text.to_owned(), start: 0 };
            assert_eq!(&text[line.token(column)], expected, "{text}");
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
