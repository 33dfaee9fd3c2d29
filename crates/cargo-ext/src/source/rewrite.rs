//! A crate with edits: new items in their places, with the imports, modules and features
//! that they need.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use cargo_metadata::{Package, TargetKind};
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::{code, naming};
use proc_macro2::{TokenStream, TokenTree};

use super::change::{Changes, shown};
use super::edit::Edits;
use super::file::SourceFile;
use super::item::Kind;
use super::scope::{Meaning, Scope};
use super::stub::{NewItem, NewKind, identifier, sentence};
use super::walk::{Crate, Layout, Module};
use super::{format, requires};
use crate::failure::Failure;

/// A crate, and what is to become of its files.
pub struct Rewrite<'a> {
    package: &'a Package,
    pub source: Crate,
    /// For each file.
    pub edits: Vec<Edits>,
    /// How many of the files are on the disk; those behind are new.
    on_disk: usize,
    /// Modules that have been given the prelude.
    prelude: BTreeSet<usize>,
    features: BTreeSet<&'static str>,
}

impl<'a> Rewrite<'a> {
    /// Reads the library of a package.
    pub fn new(package: &'a Package) -> Result<Self, Failure> {
        let is_library = |kinds: &[TargetKind]| {
            kinds
                .iter()
                .any(|it| matches!(it, TargetKind::CDyLib | TargetKind::Lib | TargetKind::RLib))
        };
        let library = package.targets.iter().find(|target| is_library(&target.kind));
        let Some(library) = library else {
            let message = format!("`{}` has no library", package.name);
            return Err(Diagnostic::error(code::NOT_AN_EXTENSION, message).into());
        };
        let source = Crate::read(library.src_path.as_std_path())?;
        let on_disk = source.files.len();
        let edits = (0..on_disk).map(|_| Edits::default()).collect();
        let (prelude, features) = Default::default();
        Ok(Self { package, source, edits, on_disk, prelude, features })
    }

    /// The package's folder, whose settings rustfmt follows.
    pub fn folder(&self) -> &Path {
        self.package.manifest_path.parent().map_or(Path::new("."), |it| it.as_std_path())
    }

    pub fn edition(&self) -> &'static str {
        self.package.edition.as_str()
    }

    /// The module that a file is; a file that is not there yet becomes one.
    pub fn module_of_file(&mut self, path: &Path) -> Result<usize, Failure> {
        let path = match path.is_absolute() || path.exists() {
            true => path.to_owned(),
            false => self.folder().join(path),
        };
        if let Some(module) = self.source.module_of_file(&path) {
            return Ok(module);
        }
        self.new_file(&path).map_err(|(reason, help)| {
            let message = format!("{} cannot be a file of the crate: {reason}", shown(&path));
            Failure::usage(Diagnostic::error(code::SOURCE_FILE, message).help(help))
        })
    }

    fn new_file(&mut self, path: &Path) -> Result<usize, (String, String)> {
        let root = self.source.files[0].path.parent().unwrap_or(Path::new("")).to_owned();
        let below = "name a file below the folder of `lib.rs`, such as src/pricing.rs".to_owned();
        if path.exists() {
            let help = "write its `mod` line, or name another file".to_owned();
            return Err(("it is there, and no `mod` line leads to it".into(), help));
        }
        let relative = absolute(path);
        let Ok(relative) = relative.strip_prefix(absolute(&root)) else {
            return Err(("it is not below the crate's source".into(), below));
        };
        if path.extension().is_none_or(|it| it != "rs") {
            return Err(("its name does not end with `.rs`".into(), below));
        }
        let mut names: Vec<String> = relative
            .with_extension("")
            .components()
            .map(|it| it.as_os_str().to_string_lossy().into_owned())
            .collect();
        if names.len() > 1 && names.last().is_some_and(|last| last == "mod") {
            names.pop();
        }
        if let Some((name, reason)) =
            names.iter().find_map(|it| naming::check_element(it).err().map(|reason| (it, reason)))
        {
            return Err((format!("`{name}` cannot be a module: {reason}"), below));
        }
        let Some((name, above)) = names.split_last() else {
            return Err(("it has no name".into(), below));
        };
        let Some(parent) = self.source.modules.iter().position(|it| it.path == above) else {
            let help = format!("make the module `{}` first", above.join("::"));
            return Err(("there is no module around it".into(), help));
        };
        let text = format!("//! {}\n\nuse ext_runtime::prelude::*;\n", sentence(name));
        let parsed =
            SourceFile::parse(path, text).map_err(|error| (error.message, String::new()))?;
        let (file, syntax) = parsed;
        self.mod_line(parent, name);
        let module = Module {
            path: names.clone(),
            file: self.source.files.len(),
            body: 0..file.text.len(),
            folder: PathBuf::new(),
            is_inline: false,
            is_test: false,
            scope: Scope::of(&file, &syntax.items),
            layout: Layout::default(),
        };
        self.source.files.push(file);
        self.edits.push(Edits::default());
        self.source.modules.push(module);
        Ok(self.source.modules.len() - 1)
    }

    fn mod_line(&mut self, parent: usize, name: &str) {
        let line = format!("pub mod {};", identifier(name));
        let Module { file, layout, body, .. } = &self.source.modules[parent];
        let source = &self.source.files[*file];
        let indentation = if self.source.modules[parent].is_inline { "    " } else { "" };
        let (at, text) = match (layout.last_mod, layout.first) {
            (Some(at), _) => (at, format!("\n{indentation}{line}")),
            (None, Some(at)) => (at, format!("{line}\n\n{indentation}")),
            (None, None) if layout.top == 0 => (body.start, format!("{line}\n")),
            (None, None) => (layout.top, format!("\n\n{indentation}{line}\n")),
        };
        self.edits[*file].insert(at, source.with_line_ends(&text));
    }

    /// Puts a new item where its like stand.
    pub fn add(&mut self, module: usize, item: &NewItem) {
        self.import_prelude(module);
        let kind = match &item.kind {
            NewKind::Action { .. } => Kind::Action,
            NewKind::Structure { .. } => Kind::Structure,
            NewKind::Enum { is_error: true, .. } => Kind::Error,
            NewKind::Enum { .. } => Kind::Enum,
        };
        let text = format::items(&item.text(), self.folder(), self.edition());
        let indentation = if self.source.modules[module].is_inline { "    " } else { "" };
        let text = format::indented(text.trim_end(), indentation);
        let position = self.source.position(module, kind);
        let source = &self.source.files[position.file];
        let text = match (position.behind, position.at) {
            (true, 0) => format!("{text}\n"),
            (true, at) if source.text[at..].is_empty() => format!("\n\n{text}\n"),
            (true, _) => format!("\n\n{text}"),
            (false, _) => format!("{text}\n\n"),
        };
        self.edits[position.file].insert(position.at, source.with_line_ends(&text));
    }

    fn import_prelude(&mut self, module: usize) {
        let Module { file, layout, scope, is_inline, body, .. } = &self.source.modules[module];
        if scope.has_prelude() || !self.prelude.insert(module) {
            return;
        }
        let line = "use ext_runtime::prelude::*;";
        let indentation = if *is_inline { "    " } else { "" };
        let (at, text) = match (layout.last_use, layout.first) {
            (Some(at), _) => (at, format!("\n{indentation}{line}")),
            (None, Some(at)) => (at, format!("{line}\n\n{indentation}")),
            (None, None) if layout.top == 0 => (body.start, format!("{line}\n")),
            (None, None) => (layout.top, format!("\n\n{indentation}{line}")),
        };
        self.edits[*file].insert(at, self.source.files[*file].with_line_ends(&text));
    }

    /// What has this name already, seen from outside or in the module.
    pub fn taken(&self, module: usize, name: &str, kind: Kind) -> Option<(&'static str, Place)> {
        let kebab = naming::kebab(name);
        let is_same = |it: Kind| (it == Kind::Action) == (kind == Kind::Action);
        let of_extension = self
            .source
            .items
            .iter()
            .find(|it| is_same(it.item.kind) && naming::kebab(&it.item.name) == kebab);
        if let Some(found) = of_extension {
            return Some((found.item.kind.word(), self.source.place(found)));
        }
        let Module { scope, file, .. } = &self.source.modules[module];
        let at = *scope.defined.get(name)?;
        Some(("item", self.source.files[*file].place(at)))
    }

    /// A type as it has to be written in a module, and the names in it that nobody knows.
    pub fn type_text(&mut self, module: usize, ty: &str) -> (String, Vec<String>) {
        let mut names = Vec::new();
        if let Ok(tokens) = ty.parse::<TokenStream>() {
            bare_names(tokens, &mut names);
        }
        let mut edits = Edits::default();
        let mut unknown = Vec::new();
        for (name, range) in names {
            let meaning = self.source.meaning(module, &name);
            let imported = self.source.modules[module].scope.imported.get(&name);
            let is_platform = match &meaning {
                Meaning::Path(path) => path.starts_with("ext_runtime::"),
                _ => {
                    imported.is_some_and(|path| path.first().is_some_and(|it| it == "ext_runtime"))
                }
            };
            if is_platform {
                self.features.extend(requires::feature(&name));
            }
            match meaning {
                Meaning::Here => {}
                Meaning::Path(path) => edits.replace(range, path),
                Meaning::Unknown => unknown.push(name),
            }
        }
        (edits.apply(ty), unknown)
    }

    /// The files as they are to be.
    pub fn into_changes(self) -> Result<Changes, Failure> {
        let mut changes = Changes::default();
        let missing = requires::missing(self.package, &self.features);
        if !missing.is_empty() {
            let path = self.package.manifest_path.as_std_path();
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::file("read", path, &error))?;
            if let Some(new) = requires::with_features(&text, &missing) {
                changes.add(path, Some(text), new);
            }
        }
        let files = self.source.files.into_iter().zip(self.edits).enumerate();
        for (index, (file, edits)) in files {
            let new = edits.apply(&file.text);
            let old = (index < self.on_disk).then_some(file.text);
            changes.add(&file.path, old, new);
        }
        Ok(changes)
    }
}

/// A path without `.` and `..`, from the root on, whether it is there or not.
fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Names in a type that no path leads to, and where they stand.
fn bare_names(tokens: TokenStream, names: &mut Vec<(String, std::ops::Range<usize>)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |at: Option<&TokenTree>| matches!(at, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => bare_names(group.stream(), names),
            TokenTree::Ident(ident) => {
                let before = index.checked_sub(1).and_then(|it| tokens.get(it));
                if !is_colon(before) && !is_colon(tokens.get(index + 1)) {
                    names.push((super::item::unraw(ident), ident.span().byte_range()));
                }
            }
            _ => {}
        }
    }
}
