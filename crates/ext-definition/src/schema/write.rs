//! Schemas of types and fields, in each of the dialects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::pattern::ecma;
use super::text::{add_paragraph, deprecated, describe, unsaid};
use crate::model::{Action, Case, Extension, Field, Kind, Rules, Type, TypeDefinition};

/// Who reads the schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// JSON Schema, draft 2020-12.
    JsonSchema,
    /// The same, with the formats of OpenAPI's registry.
    OpenApi31,
    /// OpenAPI 3.0.3, for readers of that time: `nullable`, nothing beside a reference, and
    /// alternatives only where there is no other way, since many of them refuse alternatives.
    /// It says less: that an answer may be `"NaN"`, what stands where in a tuple, what keys a
    /// map has.
    OpenApi30,
}

/// Writes the schemas of one definition.
pub(crate) struct Writer<'a> {
    pub dialect: Dialect,
    /// What stands before a type's name in a reference.
    pub place: String,
    pub types: BTreeMap<&'a str, &'a TypeDefinition>,
    /// Whether the schemas are those of answers, in which floats may be `"NaN"`.
    pub answers: bool,
    /// Types that are optional somewhere.
    optional: BTreeSet<&'a str>,
}

impl<'a> Writer<'a> {
    pub fn new(extension: &'a Extension, dialect: Dialect, place: String) -> Self {
        let optional = |ty: &'a Type| match ty {
            Type::Option(of) => match &**of {
                Type::Named(name) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        };
        let optional = extension.used_types().into_iter().filter_map(optional).collect();
        Self { dialect, place, types: extension.types_by_name(), answers: false, optional }
    }

    /// The writer of what the host answers.
    pub fn for_answers(self) -> Self {
        Self { answers: true, ..self }
    }

    /// Whether it is written for OpenAPI 3.0.
    pub fn is_old(&self) -> bool {
        self.dialect == Dialect::OpenApi30
    }

    /// A structure or arguments. `given` says that only callers write it: its secrets are
    /// never read.
    pub fn object(&self, fields: &[Field], given: bool) -> Value {
        let properties: Map<String, Value> = (fields.iter())
            .map(|it| (it.json_name().to_owned(), self.property(it, given)))
            .collect();
        let required: Vec<&str> =
            fields.iter().filter(|it| it.is_mandatory()).map(Field::json_name).collect();
        let mut schema = json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        // OpenAPI 3.0 forbids an empty list.
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        schema
    }

    /// The result; an object, if it is several outputs with names.
    pub fn output(&self, action: &Action, result: &Type) -> Value {
        match result {
            Type::Tuple(elements) if !action.options.outputs.is_empty() => {
                let fields = action.options.outputs.iter().zip(elements);
                let fields: Vec<Field> =
                    fields.map(|(name, ty)| Field::new(name, ty.clone())).collect();
                self.object(&fields, false)
            }
            result => self.ty(result),
        }
    }

    /// A named type.
    pub fn definition(&self, definition: &TypeDefinition, given: bool) -> Value {
        let nullable = self.is_old() && self.optional.contains(definition.name.as_str());
        let mut description = definition.description.clone();
        let mut schema = match &definition.kind {
            Kind::Structure { fields } => {
                let mut schema = self.object(fields, given);
                if nullable {
                    schema["nullable"] = true.into();
                }
                schema
            }
            Kind::Enum { cases } | Kind::Variant { cases }
                if cases.iter().all(|it| it.ty.is_none()) =>
            {
                for case in cases.iter().filter(|it| !it.description.is_empty()) {
                    let text = format!("`{}`: {}", case.json_name(), case.description);
                    add_paragraph(&mut description, &text);
                }
                let mut schema = json!({ "type": "string" });
                let mut names: Vec<Value> = cases.iter().map(|it| it.json_name().into()).collect();
                if nullable {
                    names.push(Value::Null);
                    schema["nullable"] = true.into();
                }
                schema["enum"] = names.into();
                schema
            }
            Kind::Enum { cases } | Kind::Variant { cases } => {
                let cases = cases.iter().map(|it| self.case(it));
                let cases: Vec<Value> = cases.chain(nullable.then(|| self.null())).collect();
                json!({ "oneOf": cases })
            }
        };
        describe(&mut schema, "", &description);
        schema
    }

    /// A case: its name, or an object with its name and data.
    fn case(&self, case: &Case) -> Value {
        let name = case.json_name();
        let mut schema = match &case.ty {
            None if self.is_old() => json!({ "type": "string", "enum": [name] }),
            None => json!({ "type": "string", "const": name }),
            Some(data) => self.single(name, data),
        };
        describe(&mut schema, "", &case.description);
        schema
    }

    /// An object with one member.
    pub fn single(&self, name: &str, ty: &Type) -> Value {
        json!({
            "type": "object",
            "properties": { name: self.ty(ty) },
            "required": [name],
            "additionalProperties": false,
        })
    }

    /// A parameter or a field: its type, its rules, and what is said about it.
    pub fn property(&self, field: &Field, given: bool) -> Value {
        let mut schema = self.ty(&field.ty);
        if self.is_old() && schema.get("$ref").is_some() {
            // Readers ignore what stands beside a reference, or stumble over it.
            return schema;
        }
        self.constrain(&mut schema, &field.rules, &field.ty);
        self.remark(&mut schema, field, given);
        let mut description = field.description.clone();
        add_paragraph(&mut description, &unsaid(&field.rules, field.ty.required()));
        if let Some(instead) = &field.rules.deprecated {
            add_paragraph(&mut description, &deprecated(instead));
        }
        describe(&mut schema, "", &description);
        schema
    }

    /// Rules are about the value that is there: of an option, about its first alternative.
    fn constrain(&self, schema: &mut Value, rules: &Rules, ty: &Type) {
        let (mut value, mut inner) = (schema, ty);
        while let Type::Option(of) = inner {
            inner = &**of;
            if !self.is_old() {
                value = &mut value["anyOf"][0];
            }
            if matches!(inner, Type::Option(_)) {
                // An option in an option is in a list.
                value = &mut value["items"];
            }
        }
        if matches!(inner, Type::F32 | Type::F64) && self.answers && !self.is_old() {
            value = &mut value["anyOf"][0];
        }
        let of = ty.required();
        let (shortest, longest) = match of {
            Type::List(_) | Type::Array(_) if !of.is_binary() => ("minItems", "maxItems"),
            Type::Map(_) => ("minProperties", "maxProperties"),
            // The length of binary data is not that of its text.
            other if other.is_binary() => ("", ""),
            _ => ("minLength", "maxLength"),
        };
        let (lowest, highest) = match of {
            // A text there.
            Type::Decimal if self.is_old() => ("", ""),
            _ => ("minimum", "maximum"),
        };
        for (key, given) in [
            (lowest, rules.min.clone().map(Value::Number)),
            (highest, rules.max.clone().map(Value::Number)),
            (shortest, rules.min_length.map(Value::from)),
            (longest, rules.max_length.map(Value::from)),
            ("pattern", rules.pattern.as_ref().and_then(|it| ecma(it)).map(Value::from)),
        ] {
            if let (Some(given), false) = (given, key.is_empty()) {
                value[key] = given;
            }
        }
        if rules.secret
            && self.dialect != Dialect::JsonSchema
            && value["type"] == "string"
            && value.get("format").is_none()
        {
            value["format"] = "password".into();
        }
    }

    /// What is said about a value.
    fn remark(&self, schema: &mut Value, field: &Field, given: bool) {
        let Field { ty, rules, .. } = field;
        let shown = |value: &Option<Value>| self.shown(ty, value.as_ref()?);
        let example = shown(&rules.example);
        for (key, given) in [
            ("default", shown(&rules.default)),
            match self.is_old() {
                true => ("example", example),
                false => ("examples", example.map(|it| json!([it]))),
            },
            ("deprecated", rules.deprecated.as_ref().map(|_| true.into())),
            ("writeOnly", (rules.secret && given).then_some(Value::Bool(true))),
        ] {
            if let Some(given) = given {
                schema[key] = given;
            }
        }
    }
}
