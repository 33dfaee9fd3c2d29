//! The definition as Markdown (GitHub's dialect: tables), for a repository or a wiki.
//!
//! Descriptions are the author's own Markdown and stay it; what would reach beyond its place
//! (an open code block, a heading, a line of a table) is mended by [`text`].

mod text;

use std::collections::HashMap;
use std::fmt::Write;

use crate::model::{Action, Case, Extension, Field, Kind, Type, TypeDefinition};
use crate::outline::{self, Users};
use text::{block, cell, code, plain};

/// Renders a definition.
pub fn render(extension: &Extension) -> String {
    let mut out = Renderer { text: String::new(), anchors: HashMap::new() };
    out.place_anchors(extension);
    out.package(extension);
    for group in outline::groups(extension) {
        out.heading(2, &actions_heading(group.name));
        group.actions.into_iter().for_each(|it| out.action(it, extension));
    }
    let users = outline::users(extension);
    if !extension.types.is_empty() {
        out.heading(2, "Types");
    }
    for ty in &extension.types {
        out.type_definition(ty, users.get(ty.name.as_str()));
    }
    let end = out.text.trim_end().len();
    out.text.truncate(end);
    out.text.push('\n');
    out.text
}

fn actions_heading(group: &str) -> String {
    if group.is_empty() { "Actions".into() } else { format!("Actions: {}", plain(group)) }
}

struct Renderer {
    text: String,
    /// Where links to actions (`false`) and types (`true`) lead.
    anchors: HashMap<(bool, String), String>,
}

// Writing to a `String` cannot fail: the results of `write!` are not looked at.
impl Renderer {
    /// Anchors are made of headings by whoever shows the page: in small letters, and numbered
    /// when there are several of one name.
    fn place_anchors(&mut self, extension: &Extension) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut anchor = |heading: &str| {
            let slug: String = (heading.to_lowercase().chars())
                .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'))
                .map(|it| if it == ' ' { '-' } else { it })
                .collect();
            let count = seen.entry(slug.clone()).or_default();
            *count += 1;
            if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
        };
        anchor(title(extension));
        for group in outline::groups(extension) {
            anchor(&actions_heading(group.name));
            for action in group.actions {
                self.anchors.insert((false, action.name.clone()), anchor(&action.name));
            }
        }
        anchor("Types");
        for ty in &extension.types {
            self.anchors.insert((true, ty.name.clone()), anchor(&ty.name));
        }
    }

    fn heading(&mut self, level: usize, heading: &str) {
        let _ = writeln!(self.text, "{} {heading}\n", "#".repeat(level));
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            let _ = writeln!(self.text, "{text}\n");
        }
    }

    fn link(&self, is_type: bool, name: &str) -> String {
        match self.anchors.get(&(is_type, name.to_owned())) {
            Some(anchor) => format!("[{}](#{anchor})", code(name)),
            None => code(name),
        }
    }

    fn package(&mut self, extension: &Extension) {
        let package = &extension.package;
        self.heading(1, &plain(title(extension)));
        self.paragraph(&format!("{} {}", code(&package.id()), plain(&package.version)));
        self.paragraph(&block(&package.description));
        let permissions = &package.permissions;
        let list =
            |items: &[String]| items.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
        let add = code(&format!("cargo ext add {}@{}", package.id(), package.version));
        let repository = match package.repository.starts_with("https://") {
            true if !package.repository.contains(['<', '>', ' ']) => {
                format!("<{}>", package.repository)
            }
            _ => plain(&package.repository),
        };
        for (what, said) in [
            ("Add it", add),
            ("Licence", plain(&package.license)),
            ("Authors", plain(&package.authors.join(", "))),
            ("Repository", repository),
            ("Databases", plain(&package.databases.join(", "))),
            ("Asks for HTTP to", list(&permissions.http)),
            ("Asks for environment variables", list(&permissions.environment)),
            ("Asks for folders", list(&permissions.folders)),
        ] {
            if !said.is_empty() {
                let _ = writeln!(self.text, "- {what}: {said}");
            }
        }
        self.text.push('\n');
    }

    fn action(&mut self, action: &Action, extension: &Extension) {
        let Action { name, description, options, parameters, result, error } = action;
        self.heading(3, &code(name));
        if !options.title.is_empty() {
            self.paragraph(&format!("**{}**", plain(&options.title)));
        }
        if let Some(instead) = &options.deprecated {
            self.paragraph(&format!("**Deprecated:** {}", plain(instead)));
        }
        self.paragraph(&block(description));
        if options.function {
            self.paragraph("A pure function: the same arguments give the same result.");
        }
        if let Some(former) = &options.renamed_from {
            self.paragraph(&format!("Was {}.", code(former)));
        }
        self.fields("Parameter", parameters);
        match result {
            Some(Type::Tuple(elements)) if !options.outputs.is_empty() => {
                self.paragraph("**Gives**");
                self.text.push_str("| Output | Type |\n|---|---|\n");
                for (name, ty) in options.outputs.iter().zip(elements) {
                    let row = format!("| {} | {} |", code(name), self.ty(ty));
                    let _ = writeln!(self.text, "{row}");
                }
                self.text.push('\n');
            }
            Some(result) => self.paragraph(&format!("**Gives** {}", self.ty(result))),
            None => {}
        }
        if let Some(error) = error {
            let cases = match error {
                Type::Named(name) => extension.types.iter().find(|it| it.name == *name),
                _ => None,
            };
            let cases: Vec<String> = match cases.map(|it| &it.kind) {
                Some(Kind::Enum { cases } | Kind::Variant { cases }) => {
                    cases.iter().map(|it| code(&it.name)).collect()
                }
                _ => Vec::new(),
            };
            let colon = if cases.is_empty() { "" } else { ": " };
            let fails = match error {
                Type::Unit => "**Can fail**, without a reason".into(),
                error => format!("**Fails with** {}{colon}{}", self.ty(error), cases.join(", ")),
            };
            self.paragraph(&fails);
        }
    }

    fn type_definition(&mut self, ty: &TypeDefinition, users: Option<&Users<'_>>) {
        self.heading(3, &code(&ty.name));
        let kind = match &ty.kind {
            Kind::Structure { .. } => "Structure",
            Kind::Enum { .. } => "Enum",
            Kind::Variant { .. } => "Variant",
        };
        let used: Vec<String> = users.map_or_else(Vec::new, |users| {
            let actions = users.actions.iter().map(|it| self.link(false, it));
            actions.chain(users.types.iter().map(|it| self.link(true, it))).collect()
        });
        let used =
            if used.is_empty() { String::new() } else { format!(", used by {}", used.join(", ")) };
        self.paragraph(&format!("{kind}{used}."));
        self.paragraph(&block(&ty.description));
        match &ty.kind {
            Kind::Structure { fields } => self.fields("Field", fields),
            Kind::Enum { cases } | Kind::Variant { cases } => self.cases(cases),
        }
    }

    fn fields(&mut self, what: &str, fields: &[Field]) {
        if fields.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "| {what} | Type | Value | Description |\n|---|---|---|---|");
        for field in fields {
            let Field { name, description, ty, rules } = field;
            let value = match &rules.default {
                Some(default) => format!("default {}", code(&default.to_string())),
                None if field.is_mandatory() => "mandatory".into(),
                None => "optional".into(),
            };
            let mut said = Vec::new();
            if let Some(instead) = &rules.deprecated {
                said.push(format!("**Deprecated:** {}", plain(instead)));
            }
            said.extend((!description.is_empty()).then(|| cell(description)));
            let mut conditions = rules.conditions(ty);
            conditions.extend(rules.pattern.as_ref().map(|it| format!("matches {}", code(it))));
            conditions.extend(rules.secret.then(|| "secret".into()));
            let example =
                rules.example.as_ref().map(|it| format!("example {}", code(&it.to_string())));
            conditions.extend(example);
            let json = rules.json_name.as_ref().map(|it| format!("in JSON {}", code(it)));
            conditions.extend(json);
            conditions.extend(rules.renamed_from.as_ref().map(|it| format!("was {}", code(it))));
            said.extend((!conditions.is_empty()).then(|| format!("({})", conditions.join("; "))));
            let row = [code(name), self.ty(ty), value, said.join(" ")];
            self.row(&row);
        }
        self.text.push('\n');
    }

    fn cases(&mut self, cases: &[Case]) {
        let has_data = cases.iter().any(|it| it.ty.is_some());
        let has_messages = cases.iter().any(|it| it.message.is_some());
        let columns = [("Data", has_data), ("Message", has_messages), ("Description", true)];
        let columns = columns.iter().filter(|(_, shown)| *shown).map(|(name, _)| *name);
        let columns: Vec<&str> = std::iter::once("Case").chain(columns).collect();
        let _ =
            writeln!(self.text, "| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
        for case in cases {
            let mut row = vec![code(&case.name)];
            if has_data {
                row.push(case.ty.as_ref().map(|ty| self.ty(ty)).unwrap_or_default());
            }
            if has_messages {
                row.push(case.message.as_deref().map(plain).unwrap_or_default());
            }
            let json = case.json_name.as_ref().map(|it| format!("(in JSON {})", code(it)));
            let said = [Some(cell(&case.description)).filter(|it| !it.is_empty()), json];
            row.push(said.into_iter().flatten().collect::<Vec<_>>().join(" "));
            self.row(&row);
        }
        self.text.push('\n');
    }

    fn row(&mut self, cells: &[String]) {
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    /// With links to the types that it names.
    fn ty(&self, ty: &Type) -> String {
        ty.shown("\\<", "\\>", &|name| self.link(true, name))
    }
}

fn title(extension: &Extension) -> &str {
    let package = &extension.package;
    if package.title.is_empty() { &package.name } else { &package.title }
}
