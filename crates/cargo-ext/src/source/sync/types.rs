//! Types: whether two are one, and how one is written in a module.

use ext_definition::model::Type;
use ext_definition::naming::{kebab, pascal};

use super::Sync;
use crate::definition::Form;
use crate::source::item::Kind;
use crate::source::scope::Meaning;

impl Sync<'_> {
    /// What a type is called for comparison. In WIT `price-type` beside an action `price` may be
    /// a type `Price`.
    pub(super) fn type_key(&self, name: &str) -> String {
        let name = kebab(name);
        match (self.form, name.strip_suffix("-type")) {
            (Form::Wit, Some(base)) if self.target.action(base).is_some() => base.to_owned(),
            _ => name,
        }
    }

    /// The index of a type of the source.
    pub(super) fn current_type(&self, name: &str) -> Option<usize> {
        self.known.get(&self.type_key(name)).copied()
    }

    /// Whether a type of the source is the wanted one, as far as the definition can tell.
    pub(super) fn same(&self, wanted: &Type, existing: &Type) -> bool {
        let is_wit = self.form == Form::Wit;
        match (wanted, existing) {
            (Type::Named(a), Type::Named(b)) => self.type_key(a) == self.type_key(b),
            (Type::List(a), Type::List(b)) | (Type::Option(a), Type::Option(b)) => self.same(a, b),
            (Type::Array(a), Type::Array(b)) => a.1 == b.1 && self.same(&a.0, &b.0),
            (Type::Map(a), Type::Map(b)) | (Type::Result(a), Type::Result(b)) => {
                self.same(&a.0, &b.0) && self.same(&a.1, &b.1)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(a, b))
            }
            // WIT has no words for these.
            (Type::List(a), Type::Array(b)) if is_wit => self.same(a, &b.0),
            (Type::List(a), Type::Map(b)) if is_wit => match &**a {
                Type::Tuple(a) => a.len() == 2 && self.same(&a[0], &b.0) && self.same(&a[1], &b.1),
                _ => false,
            },
            (Type::String, text) if is_wit => {
                *text == Type::String || text.platform_name().is_some()
            }
            (wanted, existing) => wanted == existing,
        }
    }

    /// [`Sync::same`], of what may be there.
    pub(super) fn same_option(&self, wanted: Option<&Type>, existing: Option<&Type>) -> bool {
        match (wanted, existing) {
            (Some(wanted), Some(existing)) => self.same(wanted, existing),
            (wanted, existing) => wanted.is_none() && existing.is_none(),
        }
    }

    /// A type as it is written in a module.
    pub(super) fn rust(&mut self, module: usize, ty: &Type) -> String {
        if let Some(primitive) = ty.primitive() {
            return primitive.to_owned();
        }
        let simple = match ty {
            Type::String => "String",
            Type::List(of) => return format!("Vec<{}>", self.rust(module, of)),
            Type::Option(of) => return format!("Option<{}>", self.rust(module, of)),
            Type::Array(of) => return format!("[{}; {}]", self.rust(module, &of.0), of.1),
            Type::Result(both) => {
                let ok = self.rust(module, &both.0);
                return format!("Result<{ok}, {}>", self.rust(module, &both.1));
            }
            Type::Map(both) => {
                let map = self.rewrite.type_text(module, "BTreeMap").0;
                let key = self.rust(module, &both.0);
                return format!("{map}<{key}, {}>", self.rust(module, &both.1));
            }
            Type::Tuple(elements) => {
                let elements: Vec<String> =
                    elements.iter().map(|it| self.rust(module, it)).collect();
                let end = if elements.len() == 1 { "," } else { "" };
                return format!("({}{end})", elements.join(", "));
            }
            Type::Named(name) => return self.named_type(module, name),
            platform => {
                let name = pascal(platform.platform_name().unwrap_or_default());
                return self.rewrite.type_text(module, &name).0;
            }
        };
        simple.to_owned()
    }

    fn named_type(&mut self, module: usize, name: &str) -> String {
        let Some(index) = self.current_type(name) else {
            if let Some((home, rust)) = self.new_types.get(&self.type_key(name)) {
                return match *home == module || self.rewrite.source.modules[module].scope.has(rust)
                {
                    true => rust.clone(),
                    false => self.rewrite.source.path(*home, rust),
                };
            }
            return self.rewrite.type_text(module, name).0;
        };
        if self.is_case_fields(index) {
            let message =
                format!("the type `{name}` is the fields of a case, which has no name in Rust");
            let place = self.current.places.types.get(index);
            self.by_hand(message, place, "make it a structure, and let the case have that");
        }
        let known = self.current.paths[index].clone();
        let (above, last) = known.path.rsplit_once("::").unwrap_or(("", &known.path));
        let own = above
            .strip_prefix(&self.current.crate_name)
            .filter(|rest| rest.is_empty() || rest.starts_with("::"));
        let is_here = matches!(self.rewrite.source.meaning(module, last), Meaning::Here);
        let text = match own {
            _ if is_here => last.to_owned(),
            Some(rest) => format!("crate{rest}::{last}"),
            None => known.path.clone(),
        };
        if known.of.is_empty() {
            return text;
        }
        let of: Vec<String> = known.of.iter().map(|it| self.rust(module, it)).collect();
        format!("{text}<{}>", of.join(", "))
    }

    /// Whether a type is the named fields of a case, which have no name in Rust.
    pub(super) fn is_case_fields(&self, index: usize) -> bool {
        let item = self.item(&self.current.places.types[index]);
        item.is_some_and(|it| self.rewrite.source.items[it].item.kind == Kind::CaseFields)
    }
}
