//! `cargo ext action add`, `structure add`, `enum add`, `error add`: new items in the source.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use serde::Serialize;

use crate::cli::{ActionAdd, EnumAdd, StructureAdd, Writing};
use crate::failure::{Failure, USAGE};
use crate::project::Project;
use crate::shell::Shell;
use crate::source::change::{Backups, shown};
use crate::source::item::Kind;
use crate::source::rewrite::Rewrite;
use crate::source::spec;
use crate::source::stub::{NewItem, NewKind, sentence};

pub fn action(arguments: &ActionAdd, shell: &Shell) -> Result<(), Failure> {
    let mut wrong = Wrong::default();
    let name = wrong.take(spec::item(&arguments.name, "action"));
    let parameters: Vec<_> =
        arguments.inputs.iter().filter_map(|it| wrong.take(spec::part(it, "--in"))).collect();
    wrong.twice("parameter", parameters.iter().map(|it| &it.name));
    let outputs: Vec<_> =
        arguments.outputs.iter().filter_map(|it| wrong.take(spec::output(it))).collect();
    let error = arguments.error.as_ref().and_then(|it| wrong.take(spec::error(it)));
    let (names, types): (Vec<_>, Vec<_>) = outputs.into_iter().unzip();
    let names: Vec<String> = names.into_iter().flatten().collect();
    let (output, options) = match (&types[..], names.len()) {
        ([], _) => (None, Vec::new()),
        ([one], 0) => (Some(one.clone()), Vec::new()),
        (types, named) if types.len() == named => {
            wrong.twice("output", names.iter());
            let names: Vec<String> = names.iter().map(|it| format!("{it:?}")).collect();
            let types: String = types.iter().map(|it| format!("{it}, ")).collect();
            let tuple = format!("({})", types.trim_end());
            (Some(tuple), vec![format!("outputs({})", names.join(", "))])
        }
        _ => {
            let message = "of several outputs each needs a name";
            wrong.found.push(
                Diagnostic::error(code::ELEMENT_FORM, message).help("write `--out 'name: Type'`"),
            );
            (None, Vec::new())
        }
    };
    let output = match (output, error) {
        (output, Some(error)) => {
            Some(format!("Result<{}, {error}>", output.as_deref().unwrap_or("()")))
        }
        (output, None) => output,
    };
    let kind = NewKind::Action { options, parameters, output };
    add(name, Kind::Action, kind, wrong, &arguments.writing, shell)
}

pub fn structure(arguments: &StructureAdd, shell: &Shell) -> Result<(), Failure> {
    let mut wrong = Wrong::default();
    let name = wrong.take(spec::item(&arguments.name, "structure"));
    let fields: Vec<_> =
        arguments.fields.iter().filter_map(|it| wrong.take(spec::part(it, "--field"))).collect();
    wrong.twice("field", fields.iter().map(|it| &it.name));
    add(name, Kind::Structure, NewKind::Structure { fields }, wrong, &arguments.writing, shell)
}

pub fn enumeration(arguments: &EnumAdd, is_error: bool, shell: &Shell) -> Result<(), Failure> {
    let mut wrong = Wrong::default();
    let kind = if is_error { Kind::Error } else { Kind::Enum };
    let name = wrong.take(spec::item(&arguments.name, kind.word()));
    let cases: Vec<_> =
        arguments.cases.iter().filter_map(|it| wrong.take(spec::case(it))).collect();
    wrong.twice("case", cases.iter().map(|it| &it.name));
    let new = NewKind::Enum { is_error, is_key: false, cases };
    add(name, kind, new, wrong, &arguments.writing, shell)
}

/// What is wrong with a command line, all of it.
#[derive(Default)]
struct Wrong {
    found: Vec<Diagnostic>,
}

impl Wrong {
    fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.found.push(error)).ok()
    }

    fn twice<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n String>) {
        let mut seen: Vec<String> = Vec::new();
        for name in names {
            let kebab = ext_definition::naming::kebab(name);
            if seen.contains(&kebab) {
                let message = format!("two of the {what}s are called `{name}`");
                self.found.push(Diagnostic::error(code::DUPLICATE_PART, message));
            }
            seen.push(kebab);
        }
    }
}

fn add(
    name: Option<String>,
    kind: Kind,
    mut new: NewKind,
    wrong: Wrong,
    writing: &Writing,
    shell: &Shell,
) -> Result<(), Failure> {
    let Some(name) = name.filter(|_| wrong.found.is_empty()) else {
        return Err(Failure::new(wrong.found, USAGE));
    };
    let project = Project::load(writing.selection.manifest_path.as_deref())?;
    let package = project.extension(&writing.selection)?;
    let mut rewrite = Rewrite::new(package)?;
    let module = match &writing.file {
        Some(file) => rewrite.module_of_file(file)?,
        None => rewrite.source.home(kind),
    };
    if let Some((what, place)) = rewrite.taken(module, &name, kind) {
        let message = format!("there is an {what} of the name `{name}` already");
        let message = message.replacen("an structure", "a structure", 1);
        return Err(Diagnostic::error(code::ELEMENT_EXISTS, message)
            .at(Some(&place))
            .help("choose another name; nothing was changed")
            .into());
    }
    let mut unknown = Vec::new();
    let mut text = |ty: &mut String| {
        let (text, names) = rewrite.type_text(module, ty);
        *ty = text;
        unknown.extend(names.into_iter().filter(|it| *it != name));
    };
    match &mut new {
        NewKind::Action { parameters, output, .. } => {
            parameters.iter_mut().for_each(|it| text(&mut it.ty));
            output.iter_mut().for_each(text);
        }
        NewKind::Structure { fields } => fields.iter_mut().for_each(|it| text(&mut it.ty)),
        NewKind::Enum { cases, .. } => {
            cases.iter_mut().filter_map(|it| it.data.as_mut()).for_each(text);
        }
    }
    unknown.sort();
    unknown.dedup();
    let docs = writing.doc.clone().unwrap_or_else(|| sentence(&name));
    rewrite.add(module, &NewItem { docs, name: name.clone(), kind: new });
    let file = rewrite.source.files[rewrite.source.modules[module].file].path.clone();
    let changes = rewrite.into_changes()?;
    if writing.dry_run {
        shell.print(changes.diff().trim_end());
        return Ok(());
    }
    changes.write(Backups::None, shell)?;

    #[derive(Serialize)]
    struct Message<'a> {
        kind: &'a str,
        name: &'a str,
        file: &'a std::path::Path,
        unknown_types: &'a [String],
    }
    shell.status("Added", format!("{} `{name}` in {}", kind.word(), shown(&file)));
    for ty in &unknown {
        let way = match ty.ends_with("Error") {
            true => format!("cargo ext error add {ty} --case NAME"),
            false => format!("cargo ext structure add {ty} --field 'name: Type'"),
        };
        shell.note("Note", format!("`{ty}` is not there yet: {way}"));
    }
    shell.message(
        "ext-added",
        &Message { kind: kind.word(), name: &name, file: &file, unknown_types: &unknown },
    );
    Ok(())
}
