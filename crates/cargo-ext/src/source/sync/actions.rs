//! Actions: signatures that change around bodies that stay.

use ext_definition::model::{Action, Type};

use super::Sync;
use super::attributes::Before;
use super::fields::{Edited, List, borrowed};
use super::pairs::{is_renamed, pairs};
use crate::source::format;
use crate::source::item::Function;
use crate::source::stub;

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
        let is_movable = !text.parse().is_ok_and(format::has_long_literal);
        let (folder, edition) = (self.rewrite.folder(), self.rewrite.edition());
        let formatted = is_movable
            .then(|| format::signature(&text.replace("\r\n", "\n"), folder, edition))
            .flatten()
            .map(|it| format::indented(&it, indentation));
        let formatted = match formatted {
            Some(formatted) => {
                let space = &text[text.trim_end().len()..];
                source.with_line_ends(&format!("{}{space}", formatted.trim_start()))
            }
            None => text,
        };
        self.rewrite.edits[file].replace(function.signature.clone(), formatted);
    }

    /// In which ways actions differ, for people.
    fn action_differences(&mut self, wanted: &Action, existing: &Action) -> Vec<&'static str> {
        let mut found = Vec::new();
        let mut differs = |word, is: bool| found.extend(is.then_some(word));
        differs("its name", is_renamed(&wanted.name, &existing.name));
        differs("its description", stub::differs(&wanted.description, &existing.description));
        differs("its options", !self.option_changes(&wanted.options, &existing.options).is_empty());
        differs("its parameters", !self.same_fields(&wanted.parameters, &existing.parameters));
        differs(
            "its result",
            !self.same_option(wanted.result.as_ref(), existing.result.as_ref())
                || !self.same_option(wanted.error.as_ref(), existing.error.as_ref()),
        );
        found
    }
}
