//! A crate's source: its files, modules and the items that make it an extension.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ext_definition::diagnostic::Place;
use syn::{Attribute, Expr, ExprLit, ItemMod, Lit, Meta};

use super::file::SourceFile;
use super::item::{self, Item};
use super::scope::Scope;
use crate::failure::Failure;

/// A crate as it stands on the disk.
pub struct Crate {
    pub files: Vec<SourceFile>,
    /// The crate's root is the first.
    pub modules: Vec<Module>,
    /// In the order of the source, modules where they are declared.
    pub items: Vec<Found>,
}

/// A module: a file, or inline in one.
pub struct Module {
    /// Without `crate`: empty for the root.
    pub path: Vec<String>,
    pub file: usize,
    /// Where its items stand.
    pub body: Range<usize>,
    /// Where the files of its own modules are.
    pub folder: PathBuf,
    pub is_inline: bool,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
    pub scope: Scope,
    pub layout: Layout,
}

/// Where things of a kind stand in a module, as far as new ones go beside them.
#[derive(Debug, Default)]
pub struct Layout {
    /// Behind the attributes and comments that are the module's own.
    pub top: usize,
    /// The first item, with what stands before it.
    pub first: Option<usize>,
    /// The last `use`, if there is one.
    pub last_use: Option<usize>,
    /// The last `mod x;`, if there is one.
    pub last_mod: Option<usize>,
    /// `#[cfg(test)] mod …`, with its attributes.
    pub tests: Option<usize>,
}

/// An item, and where it is.
pub struct Found {
    pub module: usize,
    pub file: usize,
    pub item: Item,
}

impl Crate {
    /// Reads a crate from its root file on.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let mut this = Self { files: Vec::new(), modules: Vec::new(), items: Vec::new() };
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        let mut seen = HashSet::new();
        this.file(root, Vec::new(), folder, false, &mut seen)?;
        Ok(this)
    }

    fn file(
        &mut self,
        path: &Path,
        module: Vec<String>,
        folder: PathBuf,
        is_test: bool,
        seen: &mut HashSet<PathBuf>,
    ) -> Result<(), Failure> {
        // A file may be two modules by `#[path]`: it has its items once.
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned())) {
            return Ok(());
        }
        let (file, syntax) = SourceFile::read(path)?;
        let body = 0..file.text.len();
        // Comments and attributes of the file itself; what stands behind is an item's.
        let top = syntax.attrs.iter().map(|it| file.range(it.bracket_token.span.close()).end);
        let top = top.max().unwrap_or(0);
        self.files.push(file);
        let index = self.files.len() - 1;
        let new = Module {
            path: module,
            file: index,
            body,
            folder,
            is_inline: false,
            is_test,
            scope: Scope::default(),
            layout: Layout { top, ..Layout::default() },
        };
        self.module(new, &syntax.items, seen)
    }

    fn module(
        &mut self,
        mut module: Module,
        items: &[syn::Item],
        seen: &mut HashSet<PathBuf>,
    ) -> Result<(), Failure> {
        let file = module.file;
        module.scope = Scope::of(&self.files[file], items);
        let index = self.modules.len();
        let (is_test, folder, path) = (module.is_test, module.folder.clone(), module.path.clone());
        for item in items {
            use syn::spanned::Spanned;
            let range = self.files[file].range(item.span());
            module.layout.first.get_or_insert(range.start);
            match item {
                syn::Item::Use(_) => module.layout.last_use = Some(range.end),
                syn::Item::Mod(it) if it.content.is_none() => {
                    module.layout.last_mod = Some(range.end);
                }
                syn::Item::Mod(it) if is_for_tests(&it.attrs) => {
                    module.layout.tests.get_or_insert(range.start);
                }
                _ => {}
            }
        }
        let is_inline = module.is_inline;
        self.modules.push(module);
        for item in items {
            if let syn::Item::Mod(child) = item {
                let mut path = path.clone();
                path.push(item::unraw(&child.ident));
                let is_test = is_test || is_for_tests(&child.attrs);
                self.child(child, path, &folder, file, is_inline, is_test, seen)?;
            } else if !is_test {
                let found = item::items(&self.files[file], item);
                self.items.extend(found.into_iter().map(|item| Found {
                    module: index,
                    file,
                    item,
                }));
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "what a module inherits from the one around it")]
    fn child(
        &mut self,
        child: &ItemMod,
        path: Vec<String>,
        folder: &Path,
        file: usize,
        in_inline: bool,
        is_test: bool,
        seen: &mut HashSet<PathBuf>,
    ) -> Result<(), Failure> {
        let name = item::unraw(&child.ident);
        let given = path_attribute(&child.attrs);
        if let Some((brace, items)) = &child.content {
            let source = &self.files[file];
            let open = source.range(brace.span.open()).end;
            let body = open..source.range(brace.span.close()).start;
            let new = Module {
                path,
                file,
                body,
                folder: folder.join(given.unwrap_or(name)),
                is_inline: true,
                is_test,
                scope: Scope::default(),
                layout: Layout { top: open, ..Layout::default() },
            };
            return self.module(new, items, seen);
        }
        // Reference, "Module source filenames".
        let beside = self.files[file].path.parent().unwrap_or(Path::new("")).to_owned();
        if let Some(given) = given {
            let path_of_file = if in_inline { folder.join(given) } else { beside.join(given) };
            let folder = path_of_file.parent().unwrap_or(Path::new("")).to_owned();
            return match path_of_file.is_file() {
                true => self.file(&path_of_file, path, folder, is_test, seen),
                false => Ok(()),
            };
        }
        for candidate in [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")] {
            if candidate.is_file() {
                return self.file(&candidate, path, folder.join(&name), is_test, seen);
            }
        }
        // It may be left out by `cfg`; if not, rustc says so.
        Ok(())
    }

    /// Where an item's name stands.
    pub fn place(&self, found: &Found) -> Place {
        self.files[found.file].place(found.item.ident.start)
    }

    /// The module that a file is.
    pub fn module_of_file(&self, path: &Path) -> Option<usize> {
        let wanted = path.canonicalize().ok()?;
        self.modules.iter().position(|module| {
            !module.is_inline
                && self.files[module.file].path.canonicalize().is_ok_and(|it| it == wanted)
        })
    }
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find(|it| it.path().is_ident("path")).and_then(|it| match &it.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().trim() == "test")
    })
}
