//! `cargo ext open`: the editor, at an item.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::naming::kebab;
use serde::Serialize;

use crate::cli::Open;
use crate::failure::Failure;
use crate::project::Project;
use crate::shell::Shell;
use crate::source::change::shown;
use crate::source::item::Kind;
use crate::source::rewrite::Rewrite;
use crate::source::walk::Crate;

pub fn run(arguments: &Open, shell: &Shell) -> Result<(), Failure> {
    let project = Project::load(arguments.selection.manifest_path.as_deref())?;
    let package = project.extension(&arguments.selection)?;
    let source = Rewrite::new(package)?.source;
    let place = match &arguments.name {
        Some(name) => place(&source, name)?,
        None => source.files[0].place(0),
    };
    let editor = Editor::find(&place)?;
    let Place { file, line, column } = &place;
    shell.status(
        "Opening",
        format!("{}:{line}:{column} with {}", shown(Path::new(file)), editor.name),
    );

    #[derive(Serialize)]
    struct Message<'a> {
        editor: &'a str,
        #[serde(flatten)]
        place: &'a Place,
    }
    shell.message("ext-opened", &Message { editor: &editor.name, place: &place });
    let failed = |reason: String| {
        let message = format!("the editor `{}` {reason}", editor.name);
        Failure::environment(
            Diagnostic::error(code::EDITOR, message)
                .at(Some(&place))
                .help("set VISUAL or EDITOR to another one"),
        )
    };
    let status = Command::new(&editor.program)
        .args(&editor.arguments)
        .status()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    if status.success() { Ok(()) } else { Err(failed(format!("ended with {status}"))) }
}

/// Where an action, or else a type, of this name is.
fn place(source: &Crate, name: &str) -> Result<Place, Failure> {
    let wanted = kebab(name);
    let mut named: Vec<_> =
        source.items.iter().filter(|it| kebab(&it.item.name) == wanted).collect();
    named.sort_by_key(|it| it.item.kind);
    // `Price` is the type, `price` the action, where there are both.
    let exact = named.iter().find(|it| it.item.name == name).or(named.first());
    if let Some(found) = exact {
        return Ok(source.place(found));
    }
    let names: Vec<&str> = (source.items.iter())
        .filter(|it| it.item.kind != Kind::CaseFields)
        .map(|it| it.item.name.as_str())
        .collect();
    let message = format!("the source has no action or type `{name}`");
    let help = match names.is_empty() {
        true => "it has none at all".to_owned(),
        false => format!("it has: {}; what macros make is not found", names.join(", ")),
    };
    Err(Diagnostic::error(code::ITEM_UNKNOWN, message).help(help).into())
}

/// An editor, told where to go.
struct Editor {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// Editors that are looked for when nobody names one.
const KNOWN: &[&str] = &["code", "zed", "rustrover"];

impl Editor {
    fn find(place: &Place) -> Result<Self, Failure> {
        for variable in ["VISUAL", "EDITOR"] {
            let said = std::env::var(variable).unwrap_or_default();
            let mut words = words(&said).into_iter();
            if let Some(program) = words.next() {
                return Ok(Self::new(program.into(), words.map(OsString::from).collect(), place));
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        for folder in std::env::split_paths(&path) {
            for name in KNOWN {
                for suffix in
                    [std::env::consts::EXE_SUFFIX, if cfg!(windows) { ".cmd" } else { "" }]
                {
                    let program = folder.join(format!("{name}{suffix}"));
                    if program.is_file() {
                        return Ok(Self::new(program, Vec::new(), place));
                    }
                }
            }
        }
        let message = "no editor is known";
        Err(Failure::environment(
            Diagnostic::error(code::EDITOR, message)
                .at(Some(place))
                .help("set VISUAL or EDITOR, such as `EDITOR=vim`"),
        ))
    }

    fn new(program: PathBuf, mut arguments: Vec<OsString>, place: &Place) -> Self {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Place { file, line, column } = place;
        let behind = format!("{file}:{line}:{column}");
        let own: Vec<String> = match name.as_str() {
            "vi" | "vim" | "nvim" | "gvim" | "view" | "ed" | "joe" | "ne" => {
                vec![format!("+{line}"), file.clone()]
            }
            "nano" => vec![format!("+{line},{column}"), file.clone()],
            "emacs" | "emacsclient" | "kak" | "micro" => {
                vec![format!("+{line}:{column}"), file.clone()]
            }
            "hx" | "helix" | "subl" | "zed" | "zeditor" | "lapce" => vec![behind],
            "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf" => {
                vec!["-g".into(), behind]
            }
            "rustrover" | "idea" | "clion" | "pycharm" | "webstorm" => {
                let (line, column) = (line.to_string(), column.to_string());
                vec!["--line".into(), line, "--column".into(), column, file.clone()]
            }
            _ => vec![file.clone()],
        };
        arguments.extend(own.into_iter().map(OsString::from));
        Self { name, program, arguments }
    }
}

/// Splits a command at its spaces, quotes respected.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (Some(open), it) if it == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, it) if it.is_whitespace() => words.extend(word.take()),
            (_, it) => word.get_or_insert_default().push(it),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_where() {
        let place = Place { file: "/a b/lib.rs".into(), line: 7, column: 3 };
        for (command, expected) in [
            ("vim", "+7|/a b/lib.rs"),
            ("code --wait", "--wait|-g|/a b/lib.rs:7:3"),
            ("'/my apps/zed' -n", "-n|/a b/lib.rs:7:3"),
            ("nano", "+7,3|/a b/lib.rs"),
            ("rustrover", "--line|7|--column|3|/a b/lib.rs"),
            ("someone-elses", "/a b/lib.rs"),
        ] {
            let mut words = words(command).into_iter();
            let program = words.next().unwrap().into();
            let editor = Editor::new(program, words.map(OsString::from).collect(), &place);
            let arguments: Vec<_> =
                editor.arguments.iter().map(|it| it.to_string_lossy()).collect();
            assert_eq!(arguments.join("|"), expected, "{command}");
        }
    }
}
