//! The module of one extension.

use std::fmt::Write;

use ext_definition::client;
use ext_definition::model::{Action, Case, Extension, Field, Kind, Type, TypeDefinition};
use ext_definition::naming::{check_element, kebab};
use ext_definition::rustdoc;

use super::checks::Checks;
use super::rust::{borrowed, identifier, owned, result};

/// Where a client finds its package.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// In the registry.
    pub digest: &'a str,
    /// The platform server that the application names.
    pub server: Option<&'a str>,
}

/// Renders a client. `qualified` puts the namespace into the module's name.
pub fn render(definition: &Extension, source: Source, qualified: bool) -> String {
    let package = &definition.package;
    let module = client::module(package, qualified);
    let mut out = Out(String::new());
    out.description("", &package.description);
    if !package.description.is_empty() {
        out.line("///");
    }
    out.description("", &format!("The extension `{}`, version {}.", package.id(), package.version));
    out.line(
        "#[allow(dead_code, deprecated, missing_docs, unused_qualifications, clippy::all, clippy::pedantic, rustdoc::all)]",
    );
    out.line(format!("pub mod {module} {{"));
    let checks = Checks::of(definition);
    for ty in &definition.types {
        out.type_definition(ty);
        out.line(checks.of_type(ty));
    }
    out.client(definition, source, &checks);
    out.line("}");
    out.0
}

struct Out(String);

// Writing to a `String` cannot fail: the results of `write!` are not looked at.
impl Out {
    fn line(&mut self, text: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{text}");
    }

    fn description(&mut self, indent: &str, description: &str) {
        for line in rustdoc::inert(description).lines() {
            let space = if line.is_empty() { "" } else { " " };
            let _ = writeln!(self.0, "{indent}///{space}{line}");
        }
    }

    fn type_definition(&mut self, ty: &TypeDefinition) {
        let name = identifier(&ty.name);
        self.description("    ", &ty.description);
        let (kind, more) = match &ty.kind {
            Kind::Structure { .. } => ("record", ""),
            Kind::Variant { .. } => ("variant", ""),
            Kind::Enum { .. } => ("enum", "Copy, Eq, Hash, PartialOrd, Ord, "),
        };
        self.line(format!("    #[derive(Debug, Clone, PartialEq, {more}::ext_host::serde::Serialize, ::ext_host::serde::Deserialize)]"));
        self.line("    #[serde(crate = \"::ext_host::serde\")]");
        self.line("    #[derive(::ext_host::wasmtime::component::ComponentType, ::ext_host::wasmtime::component::Lift, ::ext_host::wasmtime::component::Lower)]");
        self.line(format!("    #[component({kind})]"));
        self.line("    #[component(wasmtime_crate = ::ext_host::wasmtime)]");
        match &ty.kind {
            Kind::Structure { fields } => {
                self.line(format!("    pub struct {name} {{"));
                for field @ Field { name, description, ty, .. } in fields {
                    self.description("        ", description);
                    self.said(field);
                    self.component_name(name);
                    self.json_name(name, field.json_name());
                    self.line(format!("        pub {}: {},", identifier(name), owned(ty)));
                }
            }
            Kind::Enum { cases } | Kind::Variant { cases } => {
                if matches!(ty.kind, Kind::Enum { .. }) {
                    // As wide as the Canonical ABI's discriminant.
                    let width = if cases.len() <= 0x100 { 8 } else { 16 };
                    self.line(format!("    #[repr(u{width})]"));
                }
                self.line(format!("    pub enum {name} {{"));
                for case @ Case { name, description, ty, .. } in cases {
                    self.description("        ", description);
                    self.component_name(name);
                    self.json_name(name, case.json_name());
                    let data = ty.as_ref().map(|ty| format!("({})", owned(ty))).unwrap_or_default();
                    self.line(format!("        {}{data},", identifier(name)));
                }
            }
        }
        self.line("    }");
        if let Kind::Enum { cases } | Kind::Variant { cases } = &ty.kind
            && cases.iter().any(|case| case.message.is_some())
        {
            self.error(&name, cases);
        }
    }

    fn component_name(&mut self, name: &str) {
        self.line(format!("        #[component(name = {:?})]", kebab(name)));
    }

    fn json_name(&mut self, name: &str, json_name: &str) {
        if name != json_name {
            self.line(format!("        #[serde(rename = {json_name:?})]"));
        }
    }

    /// What a field's rules say to whoever reads the documentation.
    fn said(&mut self, field: &Field) {
        let said = field.rules.summary();
        if !said.is_empty() {
            self.line("        ///");
            self.description("        ", &said.join("; "));
        }
        if let Some(instead) = &field.rules.deprecated {
            self.line(format!("        #[deprecated(note = {instead:?})]"));
        }
    }

    /// `Display` and `Error`, with the author's messages.
    fn error(&mut self, name: &str, cases: &[Case]) {
        self.line(format!("    impl ::std::fmt::Display for {name} {{"));
        self.line("        fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {");
        self.line("            match self {");
        for case in cases {
            let data = if case.ty.is_some() { "(data)" } else { "" };
            let message = case.message.as_deref().unwrap_or(&case.name);
            let (template, arguments) = template(message, case.ty.as_ref());
            self.line(format!(
                "                Self::{}{data} => ::std::write!(formatter, {template:?}{arguments}),",
                identifier(&case.name)
            ));
        }
        self.line("            }");
        self.line("        }");
        self.line("    }");
        self.line(format!("    impl ::std::error::Error for {name} {{}}"));
    }

    fn client(&mut self, definition: &Extension, source: Source, checks: &Checks) {
        let package = &definition.package;
        let client = client::client(definition);
        // Spelled out: the client has types of its own that may be called `Option`.
        let server = match source.server {
            Some(address) => format!("::std::option::Option::Some({address:?})"),
            None => "::std::option::Option::None".to_owned(),
        };
        let actions: Vec<String> =
            definition.actions.iter().map(|it| format!("{:?}", it.name)).collect();
        self.line(format!(
            "    /// Calls the actions of `{}`, from any thread. Cheap to clone.",
            package.id()
        ));
        self.line("    #[derive(Clone)]");
        self.line(format!("    pub struct {client}(::ext_host::Extension);"));
        self.line(format!("    impl {client} {{"));
        self.line("        /// The package that this client was generated from.");
        self.line(format!(
            "        pub const PACKAGE: ::ext_host::Locked = ::ext_host::Locked {{ name: {:?}, version: {:?}, digest: {:?}, server: {server} }};",
            package.id(),
            package.version,
            source.digest,
        ));
        self.line("        /// Loads the package from the registry, its digest checked, or finds it on a platform server.");
        self.line("        pub fn load(host: &::ext_host::Host) -> ::std::result::Result<Self, ::ext_host::LoadError> {");
        self.line("            Self::new(host.load(&Self::PACKAGE)?)");
        self.line("        }");
        self.line("        /// A client for an extension that was loaded otherwise; it must have the same actions.");
        self.line("        pub fn new(extension: ::ext_host::Extension) -> ::std::result::Result<Self, ::ext_host::LoadError> {");
        self.line(format!(
            "            extension.expect({:?}, &[{}])?;",
            package.id(),
            actions.join(", ")
        ));
        self.line("            Ok(Self(extension))");
        self.line("        }");
        self.line("        /// The extension, for calls by name.");
        self.line("        pub fn extension(&self) -> &::ext_host::Extension {");
        self.line("            &self.0");
        self.line("        }");
        for (index, action) in definition.actions.iter().enumerate() {
            self.action(index, action, definition, checks);
        }
        self.line("    }");
    }

    fn action(&mut self, index: usize, action: &Action, definition: &Extension, checks: &Checks) {
        self.description("        ", &action.description);
        for (position, parameter) in action.parameters.iter().enumerate() {
            if position == 0 && !action.description.is_empty() {
                self.line("        ///");
            }
            let description = &parameter.description;
            let colon = if description.is_empty() { "" } else { ": " };
            let said = parameter.rules.summary();
            let said =
                if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) };
            let item = rustdoc::inert_line(&format!("{colon}{description}{said}"));
            let space = if colon.is_empty() && !item.is_empty() { " " } else { "" };
            self.line(format!("        /// - `{}`{space}{item}", parameter.name));
        }
        let parameters: Vec<String> = (action.parameters.iter())
            .map(|it| format!(", {}: {}", identifier(&it.name), borrowed(&it.ty, "", definition)))
            .collect();
        let names: Vec<String> =
            action.parameters.iter().map(|it| format!("{},", identifier(&it.name))).collect();
        let params: Vec<String> = action
            .parameters
            .iter()
            .map(|it| format!("{},", borrowed(&it.ty, "'a ", definition)))
            .collect();
        let unit = Type::Unit;
        let ok = action.result.as_ref().unwrap_or(&unit);
        let error = action.error.as_ref().map_or("::std::convert::Infallible".to_owned(), owned);
        let (results, outcome) = match (&action.result, &action.error) {
            (_, Some(error)) => (format!("({},)", result(ok, error)), "results.0"),
            (Some(ok), None) => (format!("({},)", owned(ok)), "Ok(results.0)"),
            (None, None) => ("()".to_owned(), "Ok(results)"),
        };
        let name = client::method(&action.name);
        let output = owned(ok);
        let signature = format!(
            "(&self{}) -> ::std::result::Result<{output}, ::ext_host::Error<{error}>>",
            parameters.concat()
        );
        if let Some(instead) = &action.options.deprecated {
            self.line(format!("        #[deprecated(note = {instead:?})]"));
        }
        self.line(format!("        pub fn {name}{signature} {{"));
        self.line("            struct Action;");
        self.line("            impl ::ext_host::Call for Action {");
        self.line(format!("                const INDEX: usize = {index};"));
        self.line(format!("                type Params<'a> = ({});", params.concat()));
        self.line(format!("                type Results = {results};"));
        self.line(format!("                type Output = {output};"));
        self.line(format!("                type Error = {error};"));
        self.line(checks.of_parameters(&action.parameters));
        self.line("                fn outcome(results: Self::Results) -> ::std::result::Result<Self::Output, Self::Error> {");
        self.line(format!("                    {outcome}"));
        self.line("                }");
        self.line("            }");
        self.line(format!("            self.0.call::<Action>(({}))", names.concat()));
        self.line("        }");
        if let Some(former) = former_name(index, definition) {
            let note = format!("it is called `{}` now", action.name);
            self.line(format!("        /// The former name of [`Self::{name}`]."));
            self.line(format!("        #[deprecated(note = {note:?})]"));
            self.line("        #[allow(deprecated)]");
            self.line(format!("        pub fn {}{signature} {{", client::method(former)));
            self.line(format!("            self.{name}({})", names.concat()));
            self.line("        }");
        }
    }
}

/// What an action was called before, if that can be another method: it is a stranger's text.
fn former_name(index: usize, definition: &Extension) -> Option<&str> {
    let former = |action: &'_ Action| action.options.renamed_from.as_deref().map(kebab);
    let name = definition.actions[index].options.renamed_from.as_deref()?;
    let key = kebab(name);
    let others = definition.actions[..index].iter().any(|it| former(it).as_ref() == Some(&key));
    let taken = definition.actions.iter().any(|it| kebab(&it.name) == key);
    (check_element(name).is_ok() && !others && !taken).then_some(name)
}

/// A message for `write!`, and its arguments: `{0}` and `{field}` of the case's data.
fn template(message: &str, data: Option<&Type>) -> (String, String) {
    let mut template = String::new();
    let mut arguments = String::new();
    let mut rest = message.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '{' || rest.peek() == Some(&'{') {
            template.push(character);
            if matches!(character, '{' | '}') {
                template.push(character);
                rest.next_if_eq(&character);
            }
            continue;
        }
        let inside: String = rest.by_ref().take_while(|it| *it != '}').collect();
        let (name, format) = inside.split_once(':').unwrap_or((&inside, ""));
        let Some(value) = placeholder(name, data).filter(|_| is_format(format)) else {
            // Code is made of placeholders, and definitions come from strangers.
            let _ = write!(template, "{{{{{}}}}}", inside.replace('{', "{{"));
            continue;
        };
        let colon = if format.is_empty() { "" } else { ":" };
        let _ = write!(template, "{{{colon}{format}}}");
        let _ = write!(arguments, ", {value}");
    }
    (template, arguments)
}

/// What a placeholder of this name stands for, if it is one.
fn placeholder(name: &str, data: Option<&Type>) -> Option<String> {
    match (data?, name.parse::<u8>()) {
        (Type::Tuple(_), Ok(index)) => Some(format!("data.{index}")),
        (_, Ok(_)) => Some("data".to_owned()),
        (_, Err(_)) => check_element(name).ok().map(|()| format!("data.{}", identifier(name))),
    }
}

/// What may stand behind a placeholder's colon; nothing that names another value.
fn is_format(format: &str) -> bool {
    format.chars().all(|it| it.is_ascii_alphanumeric() || "<>^+-#.?".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source = Source { digest: "sha256:0", server: None };

    /// Lines that are neither a comment nor within a text.
    fn code(definition: &Extension) -> String {
        let source = render(definition, SOURCE, false);
        source.lines().filter(|line| !line.trim_start().starts_with("///")).collect()
    }

    #[test]
    fn what_a_stranger_writes_is_no_code() {
        let evil = "x\n}} evil() {{\r evil()";
        let mut field = Field::new("a", Type::String);
        field.description = evil.into();
        field.rules.pattern = Some(format!("(?x){evil}"));
        field.rules.deprecated = Some(evil.into());
        field.rules.renamed_from = Some(evil.into());
        let definition: Extension = serde_json::from_value(serde_json::json!({
            "format": 1,
            "package": { "namespace": "a", "name": "b", "version": evil, "description": evil },
            "actions": [{ "name": "act", "description": evil, "parameters": [field] }],
            "types": [{
                "name": "T", "description": evil, "kind": "structure", "fields": [field],
            }, {
                "name": "V", "kind": "variant",
                "cases": [{ "name": "C", "type": "u8", "message": "{0, evil()}" }],
            }],
        }))
        .unwrap();
        let code = code(&definition);
        let code = code.replace("\\\"", "");
        let texts = code.split('"').skip(1).step_by(2).collect::<String>();
        assert_eq!(code.matches("evil").count(), texts.matches("evil").count(), "{code}");
    }

    /// rustdoc would compile and run code blocks as tests, and pass HTML on.
    #[test]
    fn documentation_runs_nothing() {
        let code = "A:\n```\nevil()\n```\n\n    evil()\n\n<script>evil()</script>";
        let mut field = Field::new("a", Type::String);
        field.description = code.into();
        let definition: Extension = serde_json::from_value(serde_json::json!({
            "format": 1,
            "package": { "namespace": "a", "name": "b", "version": "1.0.0", "description": code },
            "actions": [{ "name": "act", "description": code, "parameters": [field] }],
            "types": [{ "name": "T", "description": code, "kind": "structure", "fields": [field] }],
        }))
        .unwrap();
        let source = render(&definition, SOURCE, false);
        let docs = source.lines().filter_map(|line| line.trim_start().strip_prefix("///"));
        let docs: Vec<&str> = docs.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let expected =
            "A:\n```text\nevil()\n```\n\n```text\nevil()\n```\n\n\\<script>evil()\\</script>";
        let docs = docs.join("\n");
        // The package, the action, the structure and its field.
        assert_eq!(docs.matches(expected).count(), 4, "{docs}");
        assert!(docs.contains("- `a`: A: ``` evil() ```  evil()  \\<script>"), "{docs}");
        assert_eq!(docs.matches("```text").count(), 8);
        assert!(!docs.replace("\\<", "").contains('<'), "{docs}");
    }

    #[test]
    fn methods_are_the_actions_and_what_they_were() {
        let definition: Extension = serde_json::from_value(serde_json::json!({
            "format": 1,
            "package": { "namespace": "a", "name": "b", "version": "1.0.0" },
            "actions": [
                { "name": "load", "parameters": [], "options": { "renamed_from": "fetch" } },
                { "name": "type", "parameters": [], "options": { "renamed_from": "new" } },
                { "name": "one", "parameters": [], "options": { "renamed_from": "fetch" } },
                { "name": "two", "parameters": [], "options": { "renamed_from": "evil()" } },
                { "name": "three", "parameters": [], "options": { "renamed_from": "two" } },
            ],
            "types": [],
        }))
        .unwrap();
        let source = render(&definition, SOURCE, false);
        let methods: Vec<&str> = (source.lines())
            .filter_map(|line| line.trim_start().strip_prefix("pub fn ")?.split('(').next())
            .collect();
        assert_eq!(
            methods,
            ["load", "new", "extension", "load_", "fetch", "r#type", "new_", "one", "two", "three"]
        );
    }

    #[test]
    fn messages_take_their_data() {
        let tuple = Type::Tuple(vec![Type::U8, Type::U8]);
        for (message, data, expected) in [
            ("plain", None, ("plain", "")),
            ("no {0}!", Some(&Type::String), ("no {}!", ", data")),
            ("{1:?} of {0}", Some(&tuple), ("{:?} of {}", ", data.1, data.0")),
            ("{type} {{x}}", Some(&Type::Bool), ("{} {{x}}", ", data.r#type")),
            ("{0:.2}", Some(&Type::F64), ("{:.2}", ", data")),
            // Nothing that a compiled extension has: of a stranger.
            ("{0.abort()}", Some(&Type::Bool), ("{{0.abort()}}", "")),
            ("{a); evil(", Some(&Type::Bool), ("{{a); evil(}}", "")),
            ("{0:1$} } {x}", None, ("{{0:1$}} }} {{x}}", "")),
        ] {
            let (template, arguments) = template(message, data);
            assert_eq!((template.as_str(), arguments.as_str()), expected, "{message}");
        }
    }
}
