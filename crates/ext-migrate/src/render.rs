//! Writes a library as Rust: the same actions and structures, with bodies left open.

use std::fmt::Write;

use ext_definition::diagnostic::Place;
use ext_definition::rustdoc;

use super::model::{Action, Case, Enumeration, Library, Note, Part, Structure, Topic, Type};
use super::types::{Own, imports, rust};

mod attributes;

/// Longest line, as rustfmt has it.
const WIDTH: usize = 100;

/// `src/lib.rs`; notes what it cannot say.
pub fn render(library: &mut Library) -> String {
    let mut out = Writer {
        text: String::new(),
        own: Own {
            structures: library.structures.iter().map(|it| it.rust.clone()).collect(),
            enums: library.enums.iter().map(|it| it.rust.clone()).collect(),
        },
        cases: library.enums.iter().map(|it| it.cases.clone()).collect(),
        notes: Vec::new(),
    };
    out.head(library);
    for of in library.written_enums() {
        out.enumeration(of);
    }
    for structure in library.written() {
        out.structure(structure);
    }
    for action in &library.actions {
        out.action(action);
    }
    library.notes.extend(out.notes);
    out.text
}

struct Writer {
    text: String,
    own: Own,
    /// The cases of each enum.
    cases: Vec<Vec<Case>>,
    notes: Vec<Note>,
}

impl Writer {
    fn head(&mut self, library: &Library) {
        if !library.description.is_empty() {
            self.doc("", "//!", &library.description);
            self.text.push_str("//!\n");
        }
        let name = one_line(&library.name);
        self.doc(
            "",
            "//!",
            &format!(
                "Migrated from the OutSystems {} `{name}`. What is left to do stands in MIGRATION.md.",
                library.kind
            ),
        );
        self.text.push_str(
            "\n// Until the bodies are written.\n\
             #![allow(clippy::todo, clippy::too_many_arguments, unused_variables)]\n",
        );
        if library.actions.is_empty() && library.written().next().is_none() {
            return;
        }
        if library.parts().any(|it| it.ty.has(&|it| matches!(it, Type::Map(..)))) {
            self.text.push_str("\nuse std::collections::BTreeMap;\n");
        }
        // In rustfmt's order.
        let prelude = "use ext_runtime::prelude::*;";
        self.text.push('\n');
        match &imports(library)[..] {
            [] => self.line(prelude),
            [one] => self.line(&format!("use ext_runtime::{one};\n{prelude}")),
            several => {
                self.line(&format!("{prelude}\nuse ext_runtime::{{{}}};", several.join(", ")));
            }
        }
    }

    fn enumeration(&mut self, of: &Enumeration) {
        self.text.push('\n');
        self.doc("", "///", &of.description);
        self.line("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ExtEnum)]");
        self.line(&format!("pub enum {} {{", of.rust));
        for case in &of.cases {
            self.doc("    ", "///", &case.description);
            self.line(&format!("    {},", case.rust));
        }
        self.line("}");
    }

    fn structure(&mut self, structure: &Structure) {
        self.text.push('\n');
        self.doc("", "///", &structure.description);
        self.renamed(structure.original_name.as_ref(), &structure.name, &structure.place);
        self.fields(&structure.rust, &structure.name, &structure.fields);
    }

    fn fields(&mut self, rust: &str, name: &str, fields: &[Part]) {
        self.line("#[derive(Debug, Clone, PartialEq, ExtStructure)]");
        self.line(&format!("pub struct {rust} {{"));
        for field in fields {
            self.doc("    ", "///", &field.description);
            if let Some(attribute) = self.attribute(field, &format!("{name}.{}", field.name)) {
                self.line(&format!("    {attribute}"));
            }
            let ty = self.ty(&field.ty);
            self.line(&format!("    pub {}: {ty},", field.rust));
        }
        self.line("}");
    }

    fn action(&mut self, action: &Action) {
        let result = match &action.outputs[..] {
            [] => String::new(),
            [output] => format!(" -> {}", self.ty(&output.ty)),
            several => {
                self.text.push('\n');
                let name = &action.name;
                self.doc("", "///", &format!("What `{}` gives.", one_line(name)));
                self.fields(&action.result, &format!("{name}Result"), several);
                let names: Vec<_> = several.iter().map(|it| format!("`{}`", it.name)).collect();
                let text = format!("gives {}, together as `{}`", names.join(", "), action.result);
                self.note(Topic::SeveralOutputs, name, text, &action.place);
                format!(" -> {}", action.result)
            }
        };
        self.text.push('\n');
        let mut description = action.description.clone();
        if let [output] = &action.outputs[..]
            && !output.description.is_empty()
        {
            let gives = format!("Gives `{}`: {}", one_line(&output.name), output.description);
            let gap = if description.is_empty() { "" } else { "\n\n" };
            description = format!("{description}{gap}{gives}");
        }
        self.doc("", "///", &description);
        let original = action.original_name.as_ref().filter(|it| !it.is_empty());
        let renamed = original.map(|it| format!("(renamed_from = {it:?})"));
        self.line(&format!("#[ext_action{}]", renamed.unwrap_or_default()));
        self.signature(action, &result);
        let place = action.body.as_ref().unwrap_or(&action.place).to_string();
        let place = one_line(&place).replace('{', "{{").replace('}', "}}");
        self.line(&format!("    todo!({:?})", format!("the body of {place}")));
        self.line("}");
    }

    fn signature(&mut self, action: &Action, result: &str) {
        let mut attributes = Vec::new();
        for part in &action.inputs {
            attributes.push(self.attribute(part, &format!("{}.{}", action.name, part.name)));
        }
        let inputs: Vec<String> = (action.inputs.iter())
            .map(|part| format!("{}: {}", part.rust, self.ty(&part.ty)))
            .collect();
        let open = format!("pub fn {}(", action.rust);
        let line = format!("{open}{}){result} {{", inputs.join(", "));
        let plain = action.inputs.iter().all(|part| part.description.is_empty());
        let line = match (&inputs[..], &attributes[..]) {
            ([one], [Some(attribute)]) => format!("{open}{attribute} {one}){result} {{"),
            _ => line,
        };
        let plain = plain && (inputs.len() == 1 || attributes.iter().all(Option::is_none));
        if plain && line.chars().count() <= WIDTH {
            return self.line(&line);
        }
        self.line(&open);
        for ((part, attribute), input) in action.inputs.iter().zip(attributes).zip(inputs) {
            self.doc("    ", "///", &part.description);
            // As rustfmt has it: an attribute stands beside a parameter unless it has a comment.
            match attribute {
                Some(attribute) if part.description.is_empty() => {
                    self.line(&format!("    {attribute} {input},"));
                }
                Some(attribute) => self.line(&format!("    {attribute}\n    {input},")),
                None => self.line(&format!("    {input},")),
            }
        }
        self.line(&format!("){result} {{"));
    }

    fn ty(&self, ty: &Type) -> String {
        rust(ty, &self.own)
    }

    fn note(&mut self, topic: Topic, element: &str, text: String, place: &Place) {
        let (element, place) = (element.to_owned(), Some(place.clone()));
        self.notes.push(Note { topic, element, text, place });
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A doc comment that runs nothing. Indentation in C# is layout, not code.
    fn doc(&mut self, indent: &str, slashes: &str, text: &str) {
        let lines = text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']);
        let text = lines.map(str::trim).collect::<Vec<_>>().join("\n");
        for line in rustdoc::inert(text.trim()).lines() {
            let gap = if line.is_empty() { "" } else { " " };
            let _ = writeln!(self.text, "{indent}{slashes}{gap}{line}");
        }
    }
}

/// Text that stays on its line.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() || it == '`' { ' ' } else { it }).collect()
}
