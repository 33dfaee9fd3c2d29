//! Where a new item goes: beside its like.

use super::item::Kind;
use super::walk::Crate;

/// A place in a file, and what separates new text from what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub file: usize,
    pub at: usize,
    /// Whether it is behind something rather than before it.
    pub behind: bool,
}

impl Crate {
    /// The module where items of a kind are at home.
    pub fn home(&self, kind: Kind) -> usize {
        let of_kind = |wanted: &dyn Fn(Kind) -> bool| {
            let modules = self.items.iter().filter(|it| wanted(it.item.kind));
            let modules: Vec<usize> = modules.map(|it| it.module).collect();
            // The root, if it has one; else where the last one is.
            (!modules.is_empty() && !modules.contains(&0)).then(|| modules[modules.len() - 1])
        };
        let is_there =
            |wanted: &dyn Fn(Kind) -> bool| self.items.iter().any(|it| wanted(it.item.kind));
        let same = |it: Kind| it == kind;
        let is_type = |it: Kind| it != Kind::Action && it != Kind::CaseFields;
        let any = |_: Kind| true;
        if is_there(&same) {
            return of_kind(&same).unwrap_or(0);
        }
        if kind != Kind::Action && is_there(&is_type) {
            return of_kind(&is_type).unwrap_or(0);
        }
        of_kind(&any).unwrap_or(0)
    }

    /// Where a new item of a kind goes in a module: behind the last of its kind; types
    /// before actions, and everything before the tests.
    pub fn position(&self, module: usize, kind: Kind) -> Position {
        let file = self.modules[module].file;
        let here = || self.items.iter().filter(move |it| it.module == module);
        let last = |wanted: &dyn Fn(Kind) -> bool| {
            here().filter(|it| wanted(it.item.kind)).map(|it| it.item.range.end).max()
        };
        let is_type = |it: Kind| matches!(it, Kind::Structure | Kind::Enum | Kind::Error);
        let behind = last(&|it| it == kind).or_else(|| match kind {
            Kind::Action => last(&is_type),
            _ => last(&is_type),
        });
        if let Some(at) = behind {
            return Position { file, at, behind: true };
        }
        let first_action =
            here().filter(|it| it.item.kind == Kind::Action).map(|it| it.item.range.start).min();
        let source = &self.files[file];
        match first_action.or(self.modules[module].layout.tests) {
            Some(at) => Position { file, at: source.start_of_line(at), behind: false },
            None => {
                let body = self.modules[module].body.clone();
                let text = source.text[body.clone()].trim_end();
                Position { file, at: body.start + text.len(), behind: true }
            }
        }
    }
}
