//! Which kind of extension sources are, and whose.

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};

use super::csharp::declaration::Declaration;
use super::csharp::index::{Index, is_o11, is_o11_class};
use super::model::{Library, Note, Topic};
use super::{o11, odc};

/// Reads the one extension that is there.
///
/// # Errors
/// When there is none, or there are several.
pub fn library(index: &Index) -> Result<Library, Diagnostic> {
    let positions = |found: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..index.declarations.len()).filter(|&it| found(it)).collect()
    };
    let mut extensions = positions(&|it| is_o11(&index.declarations[it]));
    let mut interfaces = positions(&|it| odc::is_interface(&index.declarations[it]));
    if interfaces.is_empty() && extensions.is_empty() {
        extensions = positions(&|it| is_o11_class(&index.declarations[it]));
    }
    if interfaces.is_empty() && extensions.is_empty() {
        interfaces = positions(&|it| odc::is_likely_interface(&index.declarations[it]));
    }
    let places = || extensions.iter().chain(&interfaces).map(|&it| &index.declarations[it].place);
    let mut library = match (&extensions[..], &interfaces[..]) {
        ([], []) => return Err(none()),
        ([one], []) => o11::library(index, *one),
        // One ODC project may offer several interfaces: they become one extension.
        ([], several) => odc::library(index, several),
        _ => return Err(several(places())),
    };
    if let Some(versions) = versions(index, &library, extensions.iter().chain(&interfaces)) {
        return Err(versions);
    }
    for (name, place) in &index.alternatives {
        let text = "is in both branches of an `#if`; the first was read";
        library.note(Topic::Source, name, text, place);
    }
    for (file, line) in &index.errors {
        let place = Place { file: file.clone(), line: line.unwrap_or(0), column: 0 };
        let text = match line {
            Some(_) => "is not understood here; declarations around it may be missing",
            None => "takes too long to read; its declarations are missing",
        };
        library.notes.push(note(text, place));
    }
    for file in &index.copies {
        let place = Place { file: file.clone(), line: 0, column: 0 };
        library.notes.push(note("is a copy that Integration Studio keeps; it was left out", place));
    }
    Ok(library)
}

fn note(text: &str, place: Place) -> Note {
    let (element, text) = (String::new(), text.to_owned());
    Note { topic: Topic::Source, element, text, place: Some(place) }
}

fn none() -> Diagnostic {
    let message = "the C# files declare no OutSystems extension";
    let help = "an O11 extension has an interface `Iss…` (Interface.cs) or a class `Css…` with \
                methods `Mss…`, an ODC external library an interface with `[OSInterface]`: give \
                the folder that has it";
    Diagnostic::error(code::NO_LIBRARY, message).help(help)
}

/// Refuses sources that hold two versions of the extension: together they are neither.
fn versions<'a>(
    index: &Index,
    library: &Library,
    extensions: impl Iterator<Item = &'a usize> + Clone,
) -> Option<Diagnostic> {
    let is_used = |position: usize| {
        let declaration = &index.declarations[position];
        let structures = library.structures.iter().map(|it| &it.place);
        let enums = library.enums.iter().map(|it| &it.place);
        let implements = |extension: &Declaration| {
            declaration.bases.iter().any(|base| base.last() == extension.name)
        };
        structures.chain(enums).any(|it| *it == declaration.place)
            || extensions.clone().any(|&it| it == position || implements(&index.declarations[it]))
    };
    let (position, other) = index.versions.iter().find(|(position, _)| is_used(*position))?;
    let declaration = &index.declarations[*position];
    let message = format!("the C# files declare two versions of `{}`", declaration.name);
    let help = "give the folder of one version of the extension";
    let diagnostic = Diagnostic::error(code::SEVERAL_LIBRARIES, message).help(help);
    Some(diagnostic.at(Some(&declaration.place)).at(Some(other)))
}

fn several<'a>(places: impl Iterator<Item = &'a Place>) -> Diagnostic {
    let message = "the C# files declare several OutSystems extensions";
    let help = "give the folder of one, and migrate one after the other";
    let diagnostic = Diagnostic::error(code::SEVERAL_LIBRARIES, message).help(help);
    places.fold(diagnostic, |diagnostic, place| diagnostic.at(Some(place)))
}
