//! Structures, enums and errors that are there already.

use ext_definition::diagnostic::Place;
use ext_definition::model::{Case, Kind as TypeKind, TypeDefinition};

use super::Sync;
use super::attributes::{Before, KeyChange, json_name};
use super::fields::List;
use super::pairs::pairs;
use super::parts::{Slot, arrange, with_others};
use crate::definition::Form;
use crate::source::item::{Item, Kind, Part};
use crate::source::stub::{NewCase, differs, sentence};

impl Sync<'_> {
    /// Every type of the definition that the source has.
    pub(super) fn types(&mut self) {
        let current = self.current;
        let wanted = self.target.types.clone();
        let mut seen = vec![false; current.extension.types.len()];
        for ty in &wanted {
            if let Some(index) = self.current_type(&ty.name) {
                seen[index] = true;
                self.named(ty, index);
            }
        }
        for (index, ty) in current.extension.types.iter().enumerate() {
            // The fields of a case go with it.
            if !seen[index] && !self.is_case_fields(index) {
                self.kept(format!("the type `{}`", ty.name), current.places.types.get(index));
            }
        }
    }

    fn named(&mut self, wanted: &TypeDefinition, index: usize) {
        let current = self.current;
        let existing = &current.extension.types[index];
        let place = current.places.types.get(index);
        let item = place.and_then(|it| self.item(it));
        let found = item.map(|it| self.found(it)).filter(|(_, item)| !item.is_generic);
        let (Some(item), Some((file, source))) = (item, found) else {
            if !self.same_definition(wanted, existing) {
                let message = format!("the type `{}` differs from the definition", existing.name);
                self.out_of_reach(message, place);
            }
            return;
        };
        let what = format!("{} `{}`", source.kind.word(), existing.name);
        let mut any = false;
        if source.kind != Kind::CaseFields {
            let before =
                Before { file, head: &source.head, start: source.range.start, is_action: false };
            match self.describe(&before, &wanted.description, &existing.description) {
                Ok(is_new) => any |= is_new,
                Err(reason) => {
                    let message = format!("the {what} has another description: {reason}");
                    self.by_hand(message, place, "edit it by hand");
                }
            }
        }
        let module = self.rewrite.source.items[item].module;
        let indentation =
            self.rewrite.source.files[file].indentation(source.range.start).to_owned();
        let places = current.places.parts.get(index).map_or(&[][..], Vec::as_slice);
        match (&wanted.kind, &existing.kind) {
            (TypeKind::Structure { fields: wanted }, TypeKind::Structure { fields: existing }) => {
                let visibility = if source.kind == Kind::CaseFields { "" } else { "pub " };
                let (of, body) = (what.clone(), None);
                let parts = &source.parts;
                let list =
                    List { of, part: "field", module, file, parts, indentation, visibility, body };
                any |= self.fields(&list, wanted, existing, places).any;
            }
            (
                TypeKind::Enum { cases: wanted } | TypeKind::Variant { cases: wanted },
                TypeKind::Enum { cases: existing } | TypeKind::Variant { cases: existing },
            ) => {
                any |=
                    self.cases(&what, module, file, &source, wanted, existing, places, &indentation)
            }
            _ => {
                let message = format!("the {what} is of another kind in the definition");
                self.by_hand(message, place, "write it anew, under another name if need be");
            }
        }
        if any {
            self.changed(what);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both sides, and where one of them stands")]
    fn cases(
        &mut self,
        what: &str,
        module: usize,
        file: usize,
        source: &Item,
        wanted: &[Case],
        existing: &[Case],
        places: &[Place],
        indentation: &str,
    ) -> bool {
        let names: Vec<_> = wanted.iter().map(|it| (it.name.as_str(), None)).collect();
        let others: Vec<_> = existing.iter().map(|it| (it.name.as_str(), None)).collect();
        let paired = pairs(&names, &others);
        let mut any = false;
        let mut slots = Vec::new();
        for (case, pair) in wanted.iter().zip(&paired) {
            let Some(pair) = *pair else {
                let is_error = source.kind == Kind::Error;
                slots.push(Slot::New(self.new_case(module, case, is_error).text()));
                continue;
            };
            let existing = &existing[pair];
            if let Some(at) = source.parts.list.iter().position(|it| it.name == existing.name) {
                slots.push(Slot::Keep(at));
                let part = &source.parts.list[at];
                any |= self.case(what, module, file, part, case, existing, places.get(pair));
            }
        }
        for (index, case) in existing.iter().enumerate() {
            if !paired.contains(&Some(index)) {
                self.kept(format!("the case `{}` of the {what}", case.name), places.get(index));
            }
        }
        let slots = with_others(slots, source.parts.list.len(), &[]);
        let text = &self.rewrite.source.files[file];
        any | arrange(text, &mut self.rewrite.edits[file], &source.parts, &slots, &[], indentation)
    }

    #[expect(clippy::too_many_arguments, reason = "both sides, and where one of them stands")]
    fn case(
        &mut self,
        of: &str,
        module: usize,
        file: usize,
        part: &Part,
        wanted: &Case,
        existing: &Case,
        place: Option<&Place>,
    ) -> bool {
        let what = format!("the case `{}` of the {of}", existing.name);
        let before = Before { file, head: &part.head, start: part.range.start, is_action: false };
        let mut any = false;
        match self.describe(&before, &wanted.description, &existing.description) {
            Ok(is_new) => any |= is_new,
            Err(reason) => {
                let message = format!("{what} has another description: {reason}");
                self.by_hand(message, place, "edit it by hand");
            }
        }
        let has_message =
            part.head.attributes.iter().flat_map(|it| &it.entries).any(|it| it.0 == "message");
        let changes = self.case_changes(wanted, existing, has_message);
        any |= !changes.is_empty();
        for key in self.attribute(&before, &changes) {
            let message = format!("{what} has `{key}` in an attribute of another form");
            self.by_hand(message, place, "edit it by hand");
        }
        if !self.same_option(wanted.ty.as_ref(), existing.ty.as_ref()) {
            let text = wanted.ty.as_ref().map(|ty| format!("({})", self.rust(module, ty)));
            let range = part.ty.clone().unwrap_or(part.ident.end..part.ident.end);
            self.rewrite.edits[file].replace(range, text.unwrap_or_default());
            any = true;
            let message = format!("{what} has other data, and its uses are as they were");
            self.by_hand(message, place, "rustc shows the uses");
        }
        any
    }

    /// The keys in which cases differ. Without an attribute the message is made of the
    /// description.
    fn case_changes(&self, wanted: &Case, existing: &Case, has_message: bool) -> Vec<KeyChange> {
        let mut changes = Vec::new();
        if self.form == Form::Wit {
            return changes;
        }
        changes.extend(json_name(
            &wanted.name,
            wanted.json_name.as_deref(),
            existing.json_name.as_deref(),
        ));
        let described = match wanted.description.is_empty() {
            true => &existing.description,
            false => &wanted.description,
        };
        if let Some(message) = &wanted.message {
            let is_said = match has_message {
                true => existing.message.as_ref() == Some(message),
                false => *message == message_of(described, &existing.name),
            };
            if !is_said {
                changes.push(("message", Some(format!("message = {message:?}"))));
            }
        }
        changes
    }

    /// A case that is to be written.
    pub(super) fn new_case(&mut self, module: usize, case: &Case, is_error: bool) -> NewCase {
        let docs = match case.description.is_empty() {
            true => sentence(&case.name),
            false => case.description.clone(),
        };
        let mut attributes = Vec::new();
        if let Some(name) = &case.json_name {
            attributes.push(format!("rename = {name:?}"));
        }
        if let Some(message) = case.message.as_ref().filter(|_| is_error)
            && *message != message_of(&docs, &case.name)
        {
            attributes.push(format!("message = {message:?}"));
        }
        let data = case.ty.as_ref().map(|ty| self.rust(module, ty));
        NewCase { docs, attributes, name: case.name.clone(), data }
    }

    fn same_definition(&mut self, wanted: &TypeDefinition, existing: &TypeDefinition) -> bool {
        let is_wit = self.form == Form::Wit;
        let is_same = match (&wanted.kind, &existing.kind) {
            (TypeKind::Structure { fields: a }, TypeKind::Structure { fields: b }) => {
                self.same_fields(a, b)
            }
            (
                TypeKind::Enum { cases: a } | TypeKind::Variant { cases: a },
                TypeKind::Enum { cases: b } | TypeKind::Variant { cases: b },
            ) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| {
                        !super::pairs::is_renamed(&a.name, &b.name)
                            && self.same_option(a.ty.as_ref(), b.ty.as_ref())
                            && !differs(&a.description, &b.description)
                            && (is_wit || a.json_name == b.json_name && a.message == b.message)
                    })
            }
            _ => false,
        };
        is_same && !differs(&wanted.description, &existing.description)
    }
}

/// The message that the derive makes of a description: its first paragraph, without the full
/// stop; of no description the name.
fn message_of(description: &str, name: &str) -> String {
    let paragraph: Vec<&str> =
        description.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let text = paragraph.join(" ");
    let text = text.strip_suffix('.').unwrap_or(&text);
    let text = if text.is_empty() { name } else { text };
    text.replace('{', "{{").replace('}', "}}")
}
