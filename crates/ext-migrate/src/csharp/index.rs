//! All declarations of all files: partial types put together, names looked up.

use std::collections::{BTreeSet, HashMap, HashSet};

use ext_definition::diagnostic::Place;

use super::File;
use super::declaration::{Declaration, Kind};
use super::literal::{Constants, Value};
use super::name::TypeName;

/// Folders in which Integration Studio keeps copies of the sources.
const COPIES: &[&str] = &["templates", "backups"];

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Index {
    pub declarations: Vec<Declaration>,
    /// By their last name.
    by_name: HashMap<String, Vec<usize>>,
    pub constants: Constants,
    aliases: HashMap<(String, String), TypeName>,
    /// The namespaces that each file opens with `using`.
    usings: HashMap<String, HashSet<Vec<String>>>,
    global_usings: HashSet<Vec<String>>,
    /// The members of each part of a declaration, by its position.
    parts: HashMap<usize, Vec<BTreeSet<String>>>,
    /// Declarations of which there is another version, and where that is.
    pub versions: Vec<(usize, Place)>,
    /// Types and members in a later branch of an `#if` that repeat one of an earlier branch.
    pub alternatives: Vec<(String, Place)>,
    /// Files that were left out since they are copies of others.
    pub copies: Vec<String>,
    /// Files with text that was not understood, and its line; without one if it was too much.
    pub errors: Vec<(String, Option<u32>)>,
}

impl Index {
    pub fn new(mut files: Vec<File>) -> Self {
        let mut index = Self::default();
        let has = |wanted: fn(&Declaration) -> bool| {
            let original = files.iter().filter(|it| !is_copy(&it.name));
            original.flat_map(|it| &it.declarations).any(wanted)
        };
        let only_copy = |it: &File| is_copy(&it.name) && it.declarations.iter().any(is_o11);
        if has(is_o11) || has(is_o11_class) && !files.iter().any(only_copy) {
            let copies = files.extract_if(.., |it| is_copy(&it.name));
            index.copies = copies.map(|it| it.name).collect();
        }
        for file in files {
            index.errors.extend(file.errors.iter().map(|line| (file.name.clone(), Some(*line))));
            index.errors.extend(file.given_up.then(|| (file.name.clone(), None)));
            for (alias, ty) in file.aliases {
                index.aliases.insert((file.name.clone(), alias), ty);
            }
            index.global_usings.extend(file.global_usings);
            index.usings.entry(file.name).or_default().extend(file.usings);
            index.alternatives.extend(file.alternatives);
            for mut declaration in file.declarations {
                index.alternatives.append(&mut declaration.alternatives);
                index.add(declaration);
            }
        }
        index.constants = constants(&index.declarations);
        index
    }

    fn add(&mut self, declaration: Declaration) {
        let members = declaration.members();
        let mut same = self.by_name.get(&declaration.name).into_iter().flatten();
        let same = same.find(|&&it| self.declarations[it].is_same_type(&declaration)).copied();
        let Some(same) = same else {
            let position = self.declarations.len();
            self.by_name.entry(declaration.name.clone()).or_default().push(position);
            self.parts.insert(position, vec![members]);
            self.declarations.push(declaration);
            return;
        };
        let known = &mut self.declarations[same];
        let parts = self.parts.entry(same).or_default();
        // The same file may be there in two folders.
        let is_copy = parts.contains(&members);
        let is_part = known.partial && declaration.partial && !known.shares_members(&declaration);
        if is_copy || is_part {
            parts.push(members);
            merge(known, declaration);
        } else {
            self.versions.push((same, declaration.place));
        }
    }

    /// Whether a type with a name is declared where C# would find it without a qualifier.
    pub fn is_visible(&self, name: &str, file: &str, path: &[String]) -> bool {
        let opened = |it: &Vec<String>| {
            self.global_usings.contains(it)
                || self.usings.get(file).is_some_and(|of| of.contains(it))
        };
        self.named(name).any(|(_, it)| path.starts_with(&it.path) || opened(&it.path))
    }

    /// The types with a name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (usize, &Declaration)> {
        let found = self.by_name.get(name).into_iter().flatten();
        found.map(|&index| (index, &self.declarations[index]))
    }

    /// The type that is meant by the segments of a name in `file`, seen from `path`: the one
    /// whose own path ends with them, the nearest first.
    pub fn find(&self, segments: &[String], path: &[String]) -> Option<usize> {
        self.find_of(segments, path, &|kind| kind != Kind::Enum)
    }

    /// As [`Index::find`], among certain kinds of types.
    pub fn find_of(
        &self,
        segments: &[String],
        path: &[String],
        wanted: &dyn Fn(Kind) -> bool,
    ) -> Option<usize> {
        let (name, outer) = segments.split_last()?;
        let is_of_dotnet = outer.first().is_some_and(|it| it == "System");
        let candidates = self
            .named(name)
            .filter(|(_, it)| wanted(it.kind) && (!is_of_dotnet || it.path.ends_with(outer)));
        let rank = |it: &Declaration| {
            let fits = it.path.ends_with(outer);
            let shared = it.path.iter().zip(path).take_while(|(a, b)| a == b).count();
            (fits, !it.attributes.is_empty(), shared)
        };
        // Of several that fit alike the first.
        let best = candidates.fold(None, |best: Option<(usize, _)>, (index, it)| match best {
            Some((_, known)) if known >= rank(it) => best,
            _ => Some((index, rank(it))),
        });
        best.map(|(index, _)| index)
    }

    /// What `using NAME = TYPE;` in a file stands for.
    pub fn alias(&self, file: &str, name: &str) -> Option<&TypeName> {
        self.aliases.get(&(file.to_owned(), name.to_owned()))
    }
}

/// Whether it is the interface of an O11 extension. One with entities only has no methods.
pub fn is_o11(declaration: &Declaration) -> bool {
    let is_generated = || declaration.path.iter().any(|it| it.starts_with("Nss"));
    declaration.kind == Kind::Interface
        && declaration.name.strip_prefix("Iss").is_some_and(|rest| !rest.is_empty())
        && match declaration.methods.is_empty() {
            true => is_generated(),
            false => declaration.methods.iter().any(|it| it.name.starts_with("Mss")),
        }
}

/// Whether it is the class that implements an O11 extension: often all that is published.
pub fn is_o11_class(declaration: &Declaration) -> bool {
    declaration.kind == Kind::Class
        && declaration.name.strip_prefix("Css").is_some_and(|rest| !rest.is_empty())
        && declaration.methods.iter().any(|it| it.name.starts_with("Mss") && !it.private)
}

fn is_copy(file: &str) -> bool {
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    folders.iter().any(|it| COPIES.contains(&it.to_ascii_lowercase().as_str()))
}

/// What a second part of a type adds to the first. What is there twice stays once: the same
/// file may be there in two folders.
fn merge(known: &mut Declaration, more: Declaration) {
    let methods: HashSet<(String, usize)> =
        known.methods.iter().map(|it| (it.name.clone(), it.parameters.len())).collect();
    let new = more.methods.into_iter();
    known
        .methods
        .extend(new.filter(|it| !methods.contains(&(it.name.clone(), it.parameters.len()))));
    let fields: HashSet<String> = known.fields.iter().map(|it| it.name.clone()).collect();
    known.fields.extend(more.fields.into_iter().filter(|it| !fields.contains(&it.name)));
    let bases = more.bases.into_iter().filter(|it| !known.bases.contains(it));
    let bases: Vec<_> = bases.collect();
    known.bases.extend(bases);
    let attributes: HashSet<String> = known.attributes.iter().map(|it| it.name.clone()).collect();
    let new = more.attributes.into_iter().filter(|it| !attributes.contains(&it.name));
    known.attributes.extend(new);
    if known.doc.is_empty() {
        known.doc = more.doc;
    }
    for (name, kind) in more.facts.kinds {
        known.facts.kinds.entry(name).or_insert(kind);
    }
    for (name, value) in more.facts.initial {
        known.facts.initial.entry(name).or_insert(value);
    }
}

fn constants(declarations: &[Declaration]) -> Constants {
    let mut constants = Constants::new();
    // A case of an enum is no constant: it stays what it is.
    for declaration in declarations.iter().filter(|it| it.kind != Kind::Enum) {
        for field in declaration.fields.iter().filter(|it| it.shared) {
            let Some(value) = &field.initial else { continue };
            let simple = matches!(
                value,
                Value::Text(_)
                    | Value::Number(_)
                    | Value::Bool(_)
                    | Value::Joined(_)
                    | Value::Path(_)
            );
            if simple {
                let name = &field.name;
                constants.entry(format!("{}.{name}", declaration.name)).or_insert(value.clone());
                // Within its own type a constant has no prefix.
                constants.entry(name.clone()).or_insert(value.clone());
            }
        }
    }
    constants
}
