//! What the definition has and the source lacks, as stubs.

use ext_definition::diagnostic::Place;
use ext_definition::model::{Action, Kind as TypeKind, Options, Type, TypeDefinition};
use ext_definition::naming::kebab;

use super::Sync;
use crate::source::item::Kind;
use crate::source::stub::{NewItem, NewKind, sentence};

impl Sync<'_> {
    /// Says of every type that is to be added where it will be: others name it.
    pub(super) fn plan_types(&mut self) {
        for ty in self.target.types.clone() {
            if self.current_type(&ty.name).is_some() {
                continue;
            }
            let name = kebab(&ty.name);
            let is_type = |kind: Kind| matches!(kind, Kind::Structure | Kind::Enum | Kind::Error);
            let unused = self
                .rewrite
                .source
                .items
                .iter()
                .find(|it| is_type(it.item.kind) && kebab(&it.item.name) == name);
            if let Some(found) = unused {
                let place = self.rewrite.source.place(found);
                let message = format!(
                    "the type `{}` is in the source, where no action uses it yet: it was not compared",
                    ty.name
                );
                self.by_hand(message, Some(&place), "run this again once an action uses it");
                continue;
            }
            let home = self.rewrite.source.home(self.kind(&ty));
            if let Some(place) = self.defined(home, &ty.name) {
                let message = format!("the type `{}` has the name of another item", ty.name);
                self.by_hand(message, Some(&place), "rename that, or make it the type");
                continue;
            }
            self.new_types.insert(self.type_key(&ty.name), (home, ty.name.clone()));
        }
    }

    fn kind(&self, ty: &TypeDefinition) -> Kind {
        let named = Some(Type::Named(ty.name.clone()));
        match ty.kind {
            TypeKind::Structure { .. } => Kind::Structure,
            _ if self.target.actions.iter().any(|it| it.error == named) => Kind::Error,
            _ => Kind::Enum,
        }
    }

    /// Types that the source lacks.
    pub(super) fn add_types(&mut self) {
        for ty in self.target.types.clone() {
            let Some((module, _)) = self.new_types.get(&self.type_key(&ty.name)).cloned() else {
                continue;
            };
            let kind = self.kind(&ty);
            let new = match &ty.kind {
                TypeKind::Structure { fields } => NewKind::Structure {
                    fields: fields.iter().map(|it| self.new_part(module, it)).collect(),
                },
                TypeKind::Enum { cases } | TypeKind::Variant { cases } => {
                    let is_error = kind == Kind::Error;
                    let cases =
                        cases.iter().map(|it| self.new_case(module, it, is_error)).collect();
                    let is_this = |it: &Type| matches!(it, Type::Named(name) if *name == ty.name);
                    let used = self.target.used_types();
                    let is_key =
                        used.iter().any(|it| matches!(it, Type::Map(both) if is_this(&both.0)));
                    NewKind::Enum { is_error, is_key, cases }
                }
            };
            self.add(module, &ty.name, &ty.description, new);
            self.report.added.push(format!("{} `{}`", kind.word(), ty.name));
        }
    }

    /// An action that the source lacks.
    pub(super) fn add_action(&mut self, action: &Action) {
        let module = self.rewrite.source.home(Kind::Action);
        if let Some(place) = self.defined(module, &action.name) {
            let message = format!("the action `{}` has the name of another item", action.name);
            return self.by_hand(
                message,
                Some(&place),
                "rename that, or write the action elsewhere",
            );
        }
        let parameters = action.parameters.iter().map(|it| self.new_part(module, it)).collect();
        let result = action.result.as_ref().map(|ty| self.rust(module, ty));
        let output = match &action.error {
            Some(error) => {
                let result = result.as_deref().unwrap_or("()");
                Some(format!("Result<{result}, {}>", self.rust(module, error)))
            }
            None => result,
        };
        let options = self.option_changes(&action.options, &Options::default());
        let options = options.into_iter().filter_map(|(_, entry)| entry).collect();
        let new = NewKind::Action { options, parameters, output };
        self.add(module, &action.name, &action.description, new);
        self.report.added.push(format!("action `{}`", action.name));
    }

    /// Where a module has an item of a name already.
    fn defined(&self, module: usize, name: &str) -> Option<Place> {
        let module = &self.rewrite.source.modules[module];
        let at = *module.scope.defined.get(name)?;
        Some(self.rewrite.source.files[module.file].place(at))
    }

    fn add(&mut self, module: usize, name: &str, description: &str, kind: NewKind) {
        let docs = if description.is_empty() { sentence(name) } else { description.to_owned() };
        self.rewrite.add(module, &NewItem { docs, name: name.to_owned(), kind });
    }
}
