//! Which names mean what in a module, as far as its own items and imports tell.

use std::collections::{BTreeMap, BTreeSet};

use ext_definition::model::Type;
use ext_definition::naming;
use syn::UseTree;

use super::file::SourceFile;
use super::item::{Kind, unraw};
use super::walk::Crate;

/// The names of a module.
#[derive(Debug, Default)]
pub struct Scope {
    /// Items that it defines, and where their names stand.
    pub defined: BTreeMap<String, usize>,
    /// Names that it imports, and the paths that they stand for.
    pub imported: BTreeMap<String, Vec<String>>,
    /// Paths of which it imports everything.
    pub globs: BTreeSet<Vec<String>>,
}

impl Scope {
    pub fn of(file: &SourceFile, items: &[syn::Item]) -> Self {
        let mut scope = Self::default();
        for item in items {
            use syn::Item;
            let ident = match item {
                Item::Use(item) => {
                    scope.import(&mut Vec::new(), &item.tree);
                    continue;
                }
                Item::Fn(it) => &it.sig.ident,
                Item::Struct(it) => &it.ident,
                Item::Enum(it) => &it.ident,
                Item::Union(it) => &it.ident,
                Item::Trait(it) => &it.ident,
                Item::Type(it) => &it.ident,
                Item::Const(it) => &it.ident,
                Item::Static(it) => &it.ident,
                Item::Mod(it) => &it.ident,
                _ => continue,
            };
            scope.defined.insert(unraw(ident), file.range(ident.span()).start);
        }
        scope
    }

    fn import(&mut self, path: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(part) => {
                path.push(unraw(&part.ident));
                self.import(path, &part.tree);
                path.pop();
            }
            UseTree::Name(name) => {
                let mut whole = path.clone();
                if name.ident != "self" {
                    whole.push(unraw(&name.ident));
                }
                self.imported.extend(whole.last().cloned().map(|name| (name, whole)));
            }
            UseTree::Rename(rename) => {
                let mut whole = path.clone();
                if rename.ident != "self" {
                    whole.push(unraw(&rename.ident));
                }
                self.imported.insert(unraw(&rename.rename), whole);
            }
            UseTree::Glob(_) => {
                self.globs.insert(path.clone());
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(path, tree));
            }
        }
    }

    /// Whether a name is known by itself.
    pub fn has(&self, name: &str) -> bool {
        self.defined.contains_key(name) || self.imported.contains_key(name)
    }

    /// Whether the attributes and derives can be written without a path.
    pub fn has_prelude(&self) -> bool {
        self.globs.contains(&vec!["ext_runtime".to_owned(), "prelude".to_owned()])
            || ["ext_action", "ExtStructure", "ExtEnum", "ExtError"].iter().all(|it| self.has(it))
    }
}

/// What a name of a type stands for in a module.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It is known there.
    Here,
    /// This has to be written instead.
    Path(String),
    /// Nothing that could be found.
    Unknown,
}

/// Types that are there without an import, as far as values of an extension have them.
const STANDARD: &[&str] = &[
    "bool", "char", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "String",
    "Vec", "Option", "Result", "Box",
];

/// Types of the standard library that need an import.
const COLLECTIONS: &[(&str, &str)] = &[
    ("BTreeMap", "std::collections::BTreeMap"),
    ("HashMap", "std::collections::HashMap"),
    ("Cow", "std::borrow::Cow"),
    ("Rc", "std::rc::Rc"),
    ("Arc", "std::sync::Arc"),
];

impl Crate {
    /// What the name of a type means in a module.
    pub fn meaning(&self, module: usize, name: &str) -> Meaning {
        let at = &self.modules[module];
        if at.scope.has(name) || STANDARD.contains(&name) {
            return Meaning::Here;
        }
        // What another module of the crate has, if that is imported whole.
        let is_glob = |path: &Vec<String>| match path.first().map(String::as_str) {
            Some("super") => {
                path.len() == 1 && {
                    let above = at.path.split_last().map(|(_, above)| above);
                    self.modules.iter().any(|it| Some(&it.path[..]) == above && it.scope.has(name))
                }
            }
            Some("crate") => {
                self.modules.iter().any(|it| it.path[..] == path[1..] && it.scope.has(name))
            }
            _ => false,
        };
        if at.scope.globs.iter().any(is_glob) {
            return Meaning::Here;
        }
        let is_type = |kind: Kind| matches!(kind, Kind::Structure | Kind::Enum | Kind::Error);
        let mut elsewhere =
            self.items.iter().filter(|it| is_type(it.item.kind) && it.item.name == name);
        if let (Some(found), None) = (elsewhere.next(), elsewhere.next()) {
            return Meaning::Path(self.path(found.module, name));
        }
        if let Some((_, path)) = COLLECTIONS.iter().find(|(known, _)| *known == name) {
            return Meaning::Path((*path).to_owned());
        }
        match is_platform(name) {
            true => Meaning::Path(format!("ext_runtime::{name}")),
            false => Meaning::Unknown,
        }
    }

    /// An item's path from everywhere in the crate.
    pub fn path(&self, module: usize, name: &str) -> String {
        let mut path = String::from("crate");
        for part in &self.modules[module].path {
            path.push_str("::");
            path.push_str(&super::stub::identifier(part));
        }
        format!("{path}::{name}")
    }
}

/// Whether `ext_runtime` has a type of this name.
pub fn is_platform(name: &str) -> bool {
    name == "Currency"
        || Type::<String>::PLATFORM.iter().any(|(_, platform)| naming::pascal(platform) == name)
}
