//! The rules of a definition as code of a client: only where there are any.

use std::collections::HashSet;
use std::fmt::Write;

use ext_definition::model::{Extension, Field, Kind, Rules, Type, TypeDefinition};

use super::rust::identifier;

/// Which types have rules somewhere inside.
pub struct Checks(HashSet<String>);

impl Checks {
    pub fn of(definition: &Extension) -> Self {
        let mut checks = Self(HashSet::new());
        // Types do not contain themselves: each round reaches one level more.
        loop {
            let before = checks.0.len();
            for ty in &definition.types {
                let fields = match &ty.kind {
                    Kind::Structure { fields } => fields.as_slice(),
                    _ => &[],
                };
                let ruled = fields.iter().any(|field| field.rules.constrain());
                if ruled || ty.uses().into_iter().any(|ty| checks.inside(ty)) {
                    checks.0.insert(ty.name.clone());
                }
            }
            if checks.0.len() == before {
                return checks;
            }
        }
    }

    /// Whether a value of the type has to be looked into. Fixed lengths are the host's own
    /// rules.
    fn inside(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(name) => self.0.contains(name),
            ty => ty.children().into_iter().any(|it| self.inside(it)),
        }
    }

    /// `Checked` for a type. Types without rules have it as well, empty: they may stand
    /// beside others in a tuple.
    pub fn of_type(&self, ty: &TypeDefinition) -> String {
        let name = identifier(&ty.name);
        let mut body = String::new();
        match &ty.kind {
            _ if !self.0.contains(&ty.name) => {}
            Kind::Structure { fields } => {
                for field in fields {
                    let value = format!("self.{}", identifier(&field.name));
                    self.field(&mut body, field, &value);
                }
            }
            Kind::Enum { .. } => {}
            Kind::Variant { cases } => {
                let _ = writeln!(body, "            match self {{");
                for case in
                    cases.iter().filter(|it| it.ty.as_ref().is_some_and(|ty| self.inside(ty)))
                {
                    let _ = writeln!(
                        body,
                        "                Self::{}(data) => violations.at({:?}, |it| ::ext_host::rules::Checked::check(data, it)),",
                        identifier(&case.name),
                        case.json_name(),
                    );
                }
                let _ = writeln!(body, "                _ => {{}}\n            }}");
            }
        }
        format!(
            "    impl ::ext_host::rules::Checked for {name} {{\n        \
                 fn check(&self, violations: &mut ::ext_host::rules::Violations) {{\n            \
                     let _ = &violations;\n{body}        }}\n    }}"
        )
    }

    /// `Call::check` for parameters, if there is anything to check.
    pub fn of_parameters(&self, parameters: &[Field]) -> String {
        let mut body = String::new();
        for (index, parameter) in parameters.iter().enumerate() {
            self.field(&mut body, parameter, &format!("params.{index}"));
        }
        match body.is_empty() {
            true => String::new(),
            false => format!(
                "                fn check(params: &Self::Params<'_>) -> ::std::vec::Vec<::ext_host::Violation> {{\n            \
                     let mut violations = ::ext_host::rules::Violations::default();\n\
                 {body}            violations.found()\n                }}"
            ),
        }
    }

    fn field(&self, body: &mut String, field: &Field, value: &str) {
        let inside = self.inside(&field.ty);
        let length = match field.ty.required() {
            Type::Array(of) => Some(of.1),
            _ => None,
        };
        if !field.rules.constrain() && !inside && length.is_none() {
            return;
        }
        let _ = writeln!(body, "            violations.at({:?}, |it| {{", field.json_name());
        if field.rules.constrain() || length.is_some() {
            let rules = Rules {
                default: None,
                example: None,
                min_length: length.or(field.rules.min_length),
                max_length: length.or(field.rules.max_length),
                ..field.rules.clone()
            };
            // Strings, numbers and string keys only: writing them cannot fail.
            let json = serde_json::to_string(&rules).unwrap_or_default();
            let _ = writeln!(
                body,
                "                static RULES: ::ext_host::rules::FieldRules = ::ext_host::rules::FieldRules::new({json:?});\n                \
                     it.rules(&RULES, &{value});"
            );
        }
        if inside {
            let _ =
                writeln!(body, "                ::ext_host::rules::Checked::check(&{value}, it);");
        }
        let _ = writeln!(body, "            }});");
    }
}
