//! Parameters and fields, of which the same can be said.

use std::ops::Range;

use ext_definition::diagnostic::Place;
use ext_definition::model::{Field, Rules};
use ext_definition::naming::kebab;

use super::Sync;
use super::attributes::Before;
use super::pairs::{is_renamed, pairs};
use super::parts::{Slot, arrange, with_others};
use crate::definition::Form;
use crate::source::item::{Part, Parts};
use crate::source::stub::{NewPart, differs, identifier, noun};

/// A list of parameters or fields in the source.
pub struct List<'a> {
    /// For people: ``action `price_order` ``.
    pub of: String,
    pub part: &'static str,
    pub module: usize,
    pub file: usize,
    pub parts: &'a Parts,
    pub indentation: String,
    /// What stands before a new part.
    pub visibility: &'static str,
    /// The body whose parameters these are.
    pub body: Option<Range<usize>>,
}

/// What became of a list.
#[derive(Default)]
pub struct Edited {
    /// Something changed.
    pub any: bool,
    /// Parts came or went, or one has another type.
    pub shape: bool,
    /// The layout is no longer rustfmt's.
    pub layout: bool,
}

impl Sync<'_> {
    /// Parameters or fields.
    pub(super) fn fields(
        &mut self,
        list: &List,
        wanted: &[Field],
        existing: &[Field],
        places: &[Place],
    ) -> Edited {
        let mut edited = Edited::default();
        let name = |it: &Field| (it.name.clone(), it.rules.renamed_from.clone());
        let names: Vec<_> = wanted.iter().map(name).collect();
        let others: Vec<_> = existing.iter().map(name).collect();
        let paired = pairs(&borrowed(&names), &borrowed(&others));
        let mut slots = Vec::new();
        for (field, pair) in wanted.iter().zip(&paired) {
            let Some(pair) = *pair else {
                let new = self.new_part(list.module, field).field(list.visibility);
                slots.push(Slot::New(new));
                edited.shape = true;
                continue;
            };
            let existing = &existing[pair];
            let place = places.get(pair);
            let source = list.parts.list.iter().position(|it| it.name == existing.name);
            match source {
                Some(at) => {
                    slots.push(Slot::Keep(at));
                    self.field(list, &list.parts.list[at], field, existing, place, &mut edited);
                }
                None => {
                    let message = format!(
                        "the {} `{}` of the {} is not found",
                        list.part, existing.name, list.of
                    );
                    self.by_hand(message, place, "look at it by hand");
                }
            }
        }
        let mut removed = Vec::new();
        for (index, field) in existing.iter().enumerate() {
            if paired.contains(&Some(index)) {
                continue;
            }
            let at = list.parts.list.iter().position(|it| it.name == field.name);
            let is_unused =
                list.body.as_ref().is_some_and(|body| !self.is_used(list.file, body, &field.name));
            match at {
                Some(at) if is_unused => {
                    removed.push(at);
                    edited.shape = true;
                }
                _ => self.kept(
                    format!("the {} `{}` of the {}", list.part, field.name, list.of),
                    places.get(index),
                ),
            }
        }
        let slots = with_others(slots, list.parts.list.len(), &removed);
        let file = &self.rewrite.source.files[list.file];
        let edits = &mut self.rewrite.edits[list.file];
        if arrange(file, edits, list.parts, &slots, &removed, &list.indentation) {
            edited.any = true;
            edited.layout = true;
        }
        edited.any |= edited.shape;
        edited
    }

    fn field(
        &mut self,
        list: &List,
        part: &Part,
        wanted: &Field,
        existing: &Field,
        place: Option<&Place>,
        edited: &mut Edited,
    ) {
        let what = format!("the {} `{}` of the {}", list.part, existing.name, list.of);
        let before =
            Before { file: list.file, head: &part.head, start: part.range.start, is_action: false };
        let is_alone =
            !self.rewrite.source.files[list.file].indentation(part.range.start).is_empty();
        match self.describe(&before, &wanted.description, &existing.description) {
            Ok(is_new) => {
                edited.any |= is_new;
                edited.layout |= is_new && !is_alone;
            }
            Err(reason) => self.by_hand(
                format!("{what} has another description: {reason}"),
                place,
                "edit it by hand",
            ),
        }
        let (changes, unwritable) = self.rule_changes(
            list.module,
            &wanted.name,
            &wanted.ty,
            &wanted.rules,
            &existing.rules,
        );
        for key in unwritable {
            self.by_hand(
                format!("{what} has another `{key}`, for which Rust has no literal"),
                place,
                "write what comes near",
            );
        }
        edited.any |= !changes.is_empty();
        edited.layout |= !changes.is_empty();
        for key in self.attribute(&before, &changes) {
            self.by_hand(
                format!("{what} has `{key}` in an attribute of another form"),
                place,
                "edit it by hand",
            );
        }
        if !self.same(&wanted.ty, &existing.ty)
            && let Some(range) = &part.ty
        {
            let text = self.rust(list.module, &wanted.ty);
            self.rewrite.edits[list.file].replace(range.clone(), text);
            (edited.any, edited.shape, edited.layout) = (true, true, true);
        }
        if is_renamed(&wanted.name, &existing.name) {
            edited.any = true;
            self.rewrite.edits[list.file].replace(part.ident.clone(), identifier(&wanted.name));
            let is_followed = match &list.body {
                Some(body) => self.rename_in_body(list.file, body, &existing.name, &wanted.name),
                None => false,
            };
            if !is_followed {
                let message =
                    format!("{what} is now `{}`, and its uses are not certain", wanted.name);
                self.by_hand(message, place, "rustc shows the uses");
            }
        }
    }

    /// A parameter or field that is to be written.
    pub(super) fn new_part(&mut self, module: usize, field: &Field) -> NewPart {
        let docs = match field.description.is_empty() {
            true => noun(&field.name),
            false => field.description.clone(),
        };
        let ty = self.rust(module, &field.ty);
        let (changes, unwritable) =
            self.rule_changes(module, &field.name, &field.ty, &field.rules, &Rules::default());
        for key in unwritable {
            let message =
                format!("the new `{}` has a `{key}` for which Rust has no literal", field.name);
            self.by_hand(message, None, "write what comes near");
        }
        let attributes = changes.into_iter().filter_map(|(_, entry)| entry).collect();
        NewPart { docs, attributes, name: field.name.clone(), ty }
    }

    /// Whether nothing would be done about these.
    pub(super) fn same_fields(&mut self, wanted: &[Field], existing: &[Field]) -> bool {
        wanted.len() == existing.len()
            && wanted.iter().zip(existing).all(|(a, b)| {
                kebab(&a.name) == kebab(&b.name)
                    && self.same(&a.ty, &b.ty)
                    && !differs(&a.description, &b.description)
                    && (self.form == Form::Wit || a.rules == b.rules)
            })
    }
}

pub fn borrowed(names: &[(String, Option<String>)]) -> Vec<(&str, Option<&str>)> {
    names.iter().map(|(name, former)| (name.as_str(), former.as_deref())).collect()
}
