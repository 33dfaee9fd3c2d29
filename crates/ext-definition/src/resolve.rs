//! From entries to a definition: one name for each type, and everything checked.

use std::collections::HashMap;

use crate::code;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{self, Action, Case, Extension, Field, TypeDefinition};
use crate::naming;
use crate::package::Sources;
use crate::section::{self, ActionEntry, Entry, Identity, Named, PackageEntry};

mod check;

pub use check::Places;

/// Largest JSON manifest that is read, in bytes: in memory it is up to twenty times as large,
/// and in a package a thousandth. One of 1,000 actions has half a megabyte.
pub const MAX_MANIFEST: usize = 16 << 20;

/// A definition, and what was found about it.
#[derive(Debug)]
pub struct Resolved {
    /// The definition.
    pub extension: Extension,
    /// The core export behind each action, in the actions' order.
    pub symbols: Vec<String>,
    /// Where its elements are in the source.
    pub places: Places,
    /// How each type is written in Rust, in the types' order.
    pub paths: Vec<TypePath>,
    /// The files that its Cargo.toml names: whoever packs reads them.
    pub sources: Sources,
    /// Whether no element is missing because of a mistake in it.
    pub is_complete: bool,
    /// What is wrong with it.
    pub found: Vec<Diagnostic>,
}

/// A type as Rust names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypePath {
    /// From the crate's name on.
    pub path: String,
    /// The types that a generic one is used at.
    pub of: Vec<model::Type>,
}

impl Resolved {
    /// Makes a definition of an artifact's entries. Actions of other crates than `crate_name`
    /// (another extension used as a library) are not this extension's.
    pub fn of(entries: Vec<Entry>, crate_name: &str) -> Self {
        resolved(entries, crate_name)
    }

    /// The definition without errors: what was found can be lived with. Otherwise all of it.
    pub fn into_result(mut self) -> Result<Self, Vec<Diagnostic>> {
        // In the order of the source; what has no place comes first.
        let key =
            |it: &Diagnostic| it.places.first().map(|it| (it.file.clone(), it.line, it.column));
        self.found.sort_by_key(key);
        match self.found.iter().any(|it| it.severity == Severity::Error) {
            true => Err(self.found),
            false => Ok(self),
        }
    }
}

/// Makes a definition of an artifact's entries, or says everything that is wrong with it.
pub fn resolve(entries: Vec<Entry>, crate_name: &str) -> Result<Resolved, Vec<Diagnostic>> {
    Resolved::of(entries, crate_name).into_result()
}

fn resolved(entries: Vec<Entry>, crate_name: &str) -> Resolved {
    let mut packages = Vec::new();
    let mut actions = Vec::new();
    let mut declared = Vec::new();
    let mut diagnostics = Vec::new();
    for entry in entries {
        match entry {
            Entry::Package(package) => packages.push(package),
            Entry::Action(entry) => actions.push(*entry),
            Entry::Declared(ty) => declared.push(ty),
            Entry::Mistake(mistake) => diagnostics.push(mistake),
        }
    }
    // What has a mistake is not there: that something is missing then says nothing.
    let complete = diagnostics.iter().all(|it| it.severity == Severity::Warning);
    actions.retain(|entry| entry.action.path.split("::").next() == Some(crate_name));
    actions.sort_by(|a, b| {
        let key = |entry: &ActionEntry| {
            let Place { file, line, .. } = &entry.action.place;
            (entry.action.name.clone(), file.clone(), *line)
        };
        key(a).cmp(&key(b))
    });

    let names = Names::of(&actions, &mut diagnostics);
    let mut places = check::Places::default();
    let mut types: Vec<TypeDefinition> = Vec::new();
    let mut paths = Vec::new();
    for (named, name) in names.types() {
        let of = named.of.iter().map(|ty| names.ty(ty, &mut diagnostics)).collect();
        paths.push(TypePath { path: named.path.clone(), of });
        places.types.push(named.place.clone());
        places.parts.push(part_places(&named.parts, &named.place));
        types.push(names.type_definition(named, name.clone(), &mut diagnostics));
    }
    let mut symbols = Vec::new();
    let mut list = Vec::new();
    for ActionEntry { action, .. } in &actions {
        places.actions.push(action.place.clone());
        places.parameters.push(part_places(&action.parameters, &action.place));
        symbols.push(action.symbol.clone());
        list.push(names.action(action, &mut diagnostics));
    }
    let PackageEntry { package, sources, .. } = match packages.len() {
        0 if !complete => Default::default(),
        0 => {
            diagnostics.push(
                Diagnostic::error(code::NO_PACKAGE, "the artifact has no package manifest").help(
                    "the extension needs a build.rs with `fn main() { ext_build::extension(); }`",
                ),
            );
            Default::default()
        }
        _ => *packages.swap_remove(0),
    };
    let extension = Extension { format: model::FORMAT, package, actions: list, types };
    diagnostics.extend(check::check(&extension, &places));
    check::missing_descriptions(&extension, &places, &mut diagnostics);
    if complete {
        check::unused_types(&declared, &places, &mut diagnostics);
    } else {
        diagnostics.retain(|it| it.code != code::NO_ACTION);
    }
    Resolved {
        extension,
        symbols,
        places,
        paths,
        sources,
        is_complete: complete,
        found: diagnostics,
    }
}

/// Where parts are: in the file of the whole.
fn part_places(parts: &[section::Part], whole: &Place) -> Vec<Place> {
    let place = |part: &section::Part| match part.line {
        0 => whole.clone(),
        line => Place { file: whole.file.clone(), line, column: part.column },
    };
    parts.iter().map(place).collect()
}

/// Reads a JSON manifest that a stranger may have written.
pub fn manifest(bytes: &[u8]) -> Result<Extension, Vec<Diagnostic>> {
    if bytes.len() > MAX_MANIFEST {
        let limit = MAX_MANIFEST >> 20;
        return Err(vec![Diagnostic::error(
            code::TOO_LARGE,
            format!("the manifest has {} bytes; at most {limit} MiB are read", bytes.len()),
        )]);
    }
    let extension: Extension = serde_json::from_slice(bytes).map_err(|error| {
        vec![Diagnostic::error(
            code::DEFINITION_CORRUPT,
            format!("the manifest cannot be read: {error}"),
        )]
    })?;
    if extension.format != model::FORMAT {
        return Err(vec![
            Diagnostic::error(
                code::FORMAT,
                format!(
                    "the manifest is in format {}, and this cargo-ext reads format {}",
                    extension.format,
                    model::FORMAT
                ),
            )
            .help("use a cargo-ext of the release that made the package, or a later one"),
        ]);
    }
    let errors = check::check(&extension, &check::Places::default());
    if errors.is_empty() { Ok(extension) } else { Err(errors) }
}

/// Appends to a name, no further than it takes to be too long: a short path may stand for a
/// name of megabytes, a thousand times.
fn push(name: &mut String, word: &str) {
    let room = (naming::MAX_LEN + 1).saturating_sub(name.len());
    name.extend(word.chars().take(room));
}

/// The named types of all entries, each once, and the name under which each is public.
struct Names {
    types: Vec<(Named, String)>,
    by_identity: HashMap<Identity, usize>,
}

impl Names {
    fn of(actions: &[ActionEntry], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut names = Self { types: Vec::new(), by_identity: HashMap::new() };
        for named in actions.iter().flat_map(|entry| &entry.types) {
            let identity = Identity { path: named.path.clone(), of: named.of.clone() };
            match names.by_identity.get(&identity) {
                None => {
                    names.by_identity.insert(identity, names.types.len());
                    names.types.push((named.clone(), String::new()));
                }
                Some(&known) if names.types[known].0 != *named => diagnostics.push(
                    Diagnostic::error(
                        code::TYPE_DIFFERS,
                        format!("two different types have the path `{}`", named.path),
                    )
                    .at(Some(&names.types[known].0.place))
                    .at(Some(&named.place))
                    .help("types inside functions share the path of their module: move them out, or rename one"),
                ),
                Some(_) => {}
            }
        }
        for index in 0..names.types.len() {
            names.types[index].1 = names.public_name(&names.types[index].0);
        }
        names.types.sort_by(|a, b| (&a.1, &a.0.path).cmp(&(&b.1, &b.0.path)));
        names.by_identity = (names.types.iter().enumerate())
            .map(|(index, (it, _))| (Identity { path: it.path.clone(), of: it.of.clone() }, index))
            .collect();
        names
    }

    fn types(&self) -> impl Iterator<Item = (&Named, &String)> {
        self.types.iter().map(|(named, name)| (named, name))
    }

    /// `Page<Line>` is called `PageLine`, `Page<Vec<u8>>` `PageListU8`.
    fn public_name(&self, named: &Named) -> String {
        let mut name = String::new();
        push(&mut name, &named.name);
        for argument in &named.of {
            self.append(argument, &mut name);
        }
        name
    }

    fn append(&self, ty: &section::Type, name: &mut String) {
        use section::Type;
        if name.len() > naming::MAX_LEN {
            return;
        }
        match ty {
            Type::Named(identity) => match self.by_identity.get(identity) {
                Some(&index) => push(name, &self.public_name(&self.types[index].0)),
                None => push(name, identity.path.rsplit("::").next().unwrap_or_default()),
            },
            Type::List(of) => self.wrapped("List", [&**of], name),
            Type::Option(of) => self.wrapped("Option", [&**of], name),
            Type::Array(of) => self.wrapped("Array", [&of.0], name),
            Type::Map(both) => self.wrapped("Map", [&both.0, &both.1], name),
            Type::Result(both) => self.wrapped("Result", [&both.0, &both.1], name),
            Type::Tuple(elements) => self.wrapped("Tuple", elements, name),
            simple => name.push_str(&naming::pascal(&format!("{simple:?}"))),
        }
    }

    fn wrapped<'a>(
        &self,
        prefix: &str,
        of: impl IntoIterator<Item = &'a section::Type>,
        name: &mut String,
    ) {
        name.push_str(prefix);
        for ty in of {
            self.append(ty, name);
        }
    }

    fn ty(&self, ty: &section::Type, diagnostics: &mut Vec<Diagnostic>) -> model::Type {
        ty.map(&mut |identity| match self.by_identity.get(identity) {
            Some(&index) => model::Type::Named(self.types[index].1.clone()),
            None => {
                diagnostics.push(Diagnostic::error(
                    code::TYPE_MISSING,
                    format!("the type `{}` is used and not described", identity.path),
                ));
                model::Type::Unit
            }
        })
    }

    fn field(&self, part: &section::Part, diagnostics: &mut Vec<Diagnostic>) -> Field {
        let ty = part.ty.as_ref().map_or(model::Type::Unit, |ty| self.ty(ty, diagnostics));
        let rules = part.rules.clone();
        Field { name: part.name.clone(), description: part.description.clone(), ty, rules }
    }

    fn type_definition(
        &self,
        named: &Named,
        name: String,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> TypeDefinition {
        let mut case = |part: &section::Part| Case {
            name: part.name.clone(),
            description: part.description.clone(),
            json_name: part.rules.json_name.clone(),
            ty: part.ty.as_ref().map(|ty| self.ty(ty, diagnostics)),
            message: part.message.clone(),
        };
        let kind = match named.kind {
            section::Kind::Enum => {
                model::Kind::Enum { cases: named.parts.iter().map(case).collect() }
            }
            section::Kind::Variant => {
                model::Kind::Variant { cases: named.parts.iter().map(&mut case).collect() }
            }
            section::Kind::Structure => model::Kind::Structure {
                fields: named.parts.iter().map(|part| self.field(part, diagnostics)).collect(),
            },
        };
        TypeDefinition { name, description: named.description.clone(), kind }
    }

    fn action(&self, action: &section::Action, diagnostics: &mut Vec<Diagnostic>) -> Action {
        let (result, error) = match &action.result {
            section::Type::Result(both) => {
                (self.ty(&both.0, diagnostics), Some(self.ty(&both.1, diagnostics)))
            }
            result => (self.ty(result, diagnostics), None),
        };
        Action {
            name: action.name.clone(),
            description: action.description.clone(),
            options: action.options.clone(),
            parameters: action.parameters.iter().map(|it| self.field(it, diagnostics)).collect(),
            result: (result != model::Type::Unit).then_some(result),
            error,
        }
    }
}
