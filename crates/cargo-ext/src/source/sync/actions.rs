//! Actions: signatures that change around bodies that stay.

use std::ops::Range;

use ext_definition::diagnostic::Place;
use ext_definition::model::{Action, Field, Rules, Type};
use ext_definition::naming::kebab;

use super::Sync;
use super::attributes::Before;
use super::pairs::{is_renamed, pairs};
use super::parts::{Slot, arrange, with_others};
use crate::source::format;
use crate::source::item::{Function, Part, Parts};
use crate::source::stub::{NewPart, clean, identifier, noun};

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
    /// Every action of the definition.
    pub(super) fn actions(&mut self) {
        let wanted = std::mem::take(&mut self.target.actions);
        self.target.actions.clone_from(&wanted);
        let current = self.current;
        let name = |it: &'_ Action| (it.name.clone(), it.options.renamed_from.clone());
        let names: Vec<_> = wanted.iter().map(name).collect();
        let existing: Vec<_> = current.extension.actions.iter().map(name).collect();
        let paired = pairs(&borrowed(&names), &borrowed(&existing));
        for (action, pair) in wanted.iter().zip(&paired) {
            match pair {
                Some(index) => self.action(action, *index),
                None => self.add_action(action),
            }
        }
        for (index, action) in current.extension.actions.iter().enumerate() {
            if !paired.contains(&Some(index)) {
                let place = current.places.actions.get(index);
                self.kept(format!("the action `{}`", action.name), place);
            }
        }
    }

    fn action(&mut self, wanted: &Action, index: usize) {
        let current = self.current;
        let existing = &current.extension.actions[index];
        let place = current.places.actions.get(index);
        let what = format!("action `{}`", existing.name);
        let item = place.and_then(|it| self.item(it));
        let found = item.map(|it| self.found(it)).filter(|(_, item)| !item.is_generic);
        let (Some(item), Some((file, source))) = (item, found) else {
            let differences = self.action_differences(wanted, existing);
            if !differences.is_empty() {
                let list = differences.join(", ");
                self.out_of_reach(format!("the {what} differs from the definition: {list}"), place);
            }
            return;
        };
        let Some(function) = source.function.clone() else { return };
        let module = self.rewrite.source.items[item].module;
        let before =
            Before { file, head: &source.head, start: source.range.start, is_action: true };
        let mut edited = Edited::default();
        match self.describe(&before, &wanted.description, &existing.description) {
            Ok(is_new) => edited.any |= is_new,
            Err(reason) => self.by_hand(
                format!("the {what} has another description: {reason}"),
                place,
                "edit it by hand",
            ),
        }
        let changes = self.option_changes(&wanted.options, &existing.options);
        edited.any |= !changes.is_empty();
        for key in self.attribute(&before, &changes) {
            self.by_hand(
                format!("the {what} has `{key}` in an attribute of another form"),
                place,
                "edit it by hand",
            );
        }
        if is_renamed(&wanted.name, &existing.name) {
            self.rename_function(item, &existing.name, &wanted.name);
            edited.any = true;
        }
        let list = List {
            of: what.clone(),
            part: "parameter",
            module,
            file,
            parts: &source.parts,
            indentation: self.rewrite.source.files[file].indentation(source.range.start).to_owned(),
            visibility: "",
            body: Some(function.body.clone()),
        };
        let places = current.places.parameters.get(index).map_or(&[][..], Vec::as_slice);
        let parameters = self.fields(&list, &wanted.parameters, &existing.parameters, places);
        let output = self.output(module, file, &function, wanted, existing);
        if parameters.layout || output {
            self.format_signature(file, &function, &list.indentation);
        }
        if edited.any || parameters.any || output {
            self.changed(what.clone());
        }
        if (parameters.shape || output) && !self.is_open(file, &function) {
            let message = format!("the {what} has another signature, and the body that it had");
            self.by_hand(message, place, "rustc shows where the body has to follow");
        }
    }

    /// Whether a body is still to be written.
    fn is_open(&self, file: usize, function: &Function) -> bool {
        let body = &self.rewrite.source.files[file].text[function.body.clone()];
        body.trim_matches(['{', '}', ' ', '\n', '\r', '\t', ';']).starts_with("todo!(")
    }

    /// The type behind the arrow; whether it changed.
    fn output(
        &mut self,
        module: usize,
        file: usize,
        function: &Function,
        wanted: &Action,
        existing: &Action,
    ) -> bool {
        let is_same_result = self.same_option(wanted.result.as_ref(), existing.result.as_ref());
        let is_same_error = self.same_option(wanted.error.as_ref(), existing.error.as_ref());
        if is_same_result && is_same_error {
            return false;
        }
        let result = wanted.result.clone().unwrap_or(Type::Unit);
        if let (Some((ok, error)), Some(wanted)) = (&function.result, &wanted.error) {
            if !is_same_result {
                let text = self.rust(module, &result);
                self.rewrite.edits[file].replace(ok.clone(), text);
            }
            if !is_same_error {
                let text = self.rust(module, wanted);
                self.rewrite.edits[file].replace(error.clone(), text);
            }
            return true;
        }
        let result = self.rust(module, &result);
        let ty = match &wanted.error {
            Some(error) => format!("Result<{result}, {}>", self.rust(module, error)),
            None => result,
        };
        let is_unit = wanted.result.is_none() && wanted.error.is_none();
        let (range, text) = match &function.output_type {
            _ if is_unit => (function.output.clone(), String::new()),
            Some(old) => (old.clone(), ty),
            None => (function.output.clone(), format!(" -> {ty}")),
        };
        self.rewrite.edits[file].replace(range, text);
        true
    }

    /// A signature with its edits, as rustfmt has it.
    fn format_signature(&mut self, file: usize, function: &Function, indentation: &str) {
        let source = &self.rewrite.source.files[file];
        let text = self.rewrite.edits[file].apply_within(&source.text, &function.signature);
        let space = &text[text.trim_end().len()..];
        let formatted = format::signature(
            &text.replace("\r\n", "\n"),
            self.rewrite.folder(),
            self.rewrite.edition(),
        );
        let formatted = format::indented(&formatted, indentation);
        let formatted = format!("{}{space}", formatted.trim_start());
        let formatted = source.with_line_ends(&formatted);
        self.rewrite.edits[file].replace(function.signature.clone(), formatted);
    }

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

    /// In which ways actions differ, for people.
    fn action_differences(&mut self, wanted: &Action, existing: &Action) -> Vec<&'static str> {
        let mut found = Vec::new();
        let mut differs = |word, is: bool| found.extend(is.then_some(word));
        differs("its name", is_renamed(&wanted.name, &existing.name));
        differs("its description", other_text(&wanted.description, &existing.description));
        differs("its options", !self.option_changes(&wanted.options, &existing.options).is_empty());
        differs("its parameters", !self.same_fields(&wanted.parameters, &existing.parameters));
        differs(
            "its result",
            !self.same_option(wanted.result.as_ref(), existing.result.as_ref())
                || !self.same_option(wanted.error.as_ref(), existing.error.as_ref()),
        );
        found
    }

    /// Whether nothing would be done about these.
    pub(super) fn same_fields(&mut self, wanted: &[Field], existing: &[Field]) -> bool {
        wanted.len() == existing.len()
            && wanted.iter().zip(existing).all(|(a, b)| {
                kebab(&a.name) == kebab(&b.name)
                    && self.same(&a.ty, &b.ty)
                    && !other_text(&a.description, &b.description)
                    && (self.form == crate::definition::Form::Wit || a.rules == b.rules)
            })
    }
}

/// Whether a description is another one, and would be written.
pub fn other_text(wanted: &str, existing: &str) -> bool {
    let wanted = clean(wanted);
    !wanted.is_empty() && wanted != clean(existing)
}

pub fn borrowed(names: &[(String, Option<String>)]) -> Vec<(&str, Option<&str>)> {
    names.iter().map(|(name, former)| (name.as_str(), former.as_deref())).collect()
}
