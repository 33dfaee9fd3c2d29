//! Documentation and `#[ext(…)]`: what differs is written, and what else stands there stays.

use ext_definition::model::{Kind as TypeKind, Options, Rules, Type};
use serde_json::{Number, Value};

use super::Sync;
use crate::definition::Form;
use crate::source::item::Head;
use crate::source::stub::{differs, doc};

/// What is to become of a key of an attribute: an entry, or nothing.
pub type KeyChange = (&'static str, Option<String>);

/// What stands before an element, and where that is.
pub struct Before<'h> {
    pub file: usize,
    pub head: &'h Head,
    /// The start of the element with all of it.
    pub start: usize,
    pub is_action: bool,
}

impl Sync<'_> {
    /// Documentation; whether it was written, or why it cannot be.
    pub(super) fn describe(
        &mut self,
        before: &Before,
        wanted: &str,
        existing: &str,
    ) -> Result<bool, &'static str> {
        if !differs(wanted, existing) {
            return Ok(false);
        }
        if before.head.other_docs {
            return Err("its documentation is not in `///` lines that stand together");
        }
        let file = &self.rewrite.source.files[before.file];
        let at = before.head.docs.as_ref().map_or(before.start, |it| it.start);
        let indentation = file.indentation(at).to_owned();
        let text = doc(wanted, &indentation);
        let text = text.strip_prefix(indentation.as_str()).unwrap_or(&text);
        let (range, text) = match &before.head.docs {
            Some(docs) => (docs.clone(), text.trim_end().to_owned()),
            None => (at..at, format!("{text}{indentation}")),
        };
        let text = file.with_line_ends(&text);
        self.rewrite.edits[before.file].replace(range, text);
        Ok(true)
    }

    /// Entries of attributes; those that stand nowhere and are to go are given back.
    pub(super) fn attribute(
        &mut self,
        before: &Before,
        changes: &[KeyChange],
    ) -> Vec<&'static str> {
        let mut lost = Vec::new();
        let file = &self.rewrite.source.files[before.file];
        let mut lists: Vec<Vec<(String, String)>> = (before.head.attributes.iter())
            .map(|it| {
                let entry = |(key, range): &(String, std::ops::Range<usize>)| {
                    (key.clone(), file.text[range.clone()].to_owned())
                };
                it.entries.iter().map(entry).collect()
            })
            .collect();
        let old = lists.clone();
        let mut fresh = Vec::new();
        for (key, entry) in changes {
            let has = lists.iter_mut().find(|list| list.iter().any(|(it, _)| it == key));
            match (has, entry) {
                (Some(list), Some(entry)) => {
                    list.iter_mut()
                        .filter(|(it, _)| it == key)
                        .for_each(|it| it.1.clone_from(entry));
                }
                (Some(list), None) => list.retain(|(it, _)| it != key),
                (None, Some(entry)) => fresh.push(((*key).to_owned(), entry.clone())),
                (None, None) => lost.push(*key),
            }
        }
        let home = before.head.attributes.iter().position(|it| it.is_action == before.is_action);
        if let Some(home) = home {
            lists[home].append(&mut fresh);
        }
        let mut edits = Vec::new();
        for ((attribute, list), old) in before.head.attributes.iter().zip(lists).zip(old) {
            if list == old {
                continue;
            }
            let entries: Vec<String> = list.into_iter().map(|(_, entry)| entry).collect();
            let entries = entries.join(", ");
            let closing = attribute.range.end - 1;
            edits.push(match (&attribute.interior, entries.is_empty()) {
                (Some(interior), false) => (interior.clone(), entries),
                (None, _) => (attribute.path.end..closing, format!("({entries})")),
                (Some(_), true) if attribute.is_action => {
                    (attribute.path.end..closing, String::new())
                }
                (Some(_), true) => {
                    let behind = &file.text[attribute.range.end..];
                    let space = behind.len() - behind.trim_start().len();
                    (attribute.range.start..attribute.range.end + space, String::new())
                }
            });
        }
        if !fresh.is_empty() {
            let entries: Vec<String> = fresh.into_iter().map(|(_, entry)| entry).collect();
            let text = format!("#[ext({})]", entries.join(", "));
            edits.push(match &before.head.docs {
                Some(docs) => {
                    let indentation = file.indentation(docs.start);
                    (docs.end..docs.end, format!("\n{indentation}{text}"))
                }
                None => {
                    let indentation = file.indentation(before.start);
                    let gap = match indentation.is_empty() {
                        true => " ".to_owned(),
                        false => format!("\n{indentation}"),
                    };
                    (before.start..before.start, format!("{text}{gap}"))
                }
            });
        }
        for (range, text) in edits {
            let text = self.rewrite.source.files[before.file].with_line_ends(&text);
            self.rewrite.edits[before.file].replace(range, text);
        }
        lost
    }

    /// The keys in which rules differ; the names of those that Rust has no literal for.
    pub(super) fn rule_changes(
        &mut self,
        module: usize,
        name: &str,
        ty: &Type,
        wanted: &Rules,
        existing: &Rules,
    ) -> (Vec<KeyChange>, Vec<&'static str>) {
        let (mut changes, mut unwritable) = (Vec::new(), Vec::new());
        if self.form == Form::Wit {
            return (changes, unwritable);
        }
        for (key, wanted, existing) in [
            ("default", &wanted.default, &existing.default),
            ("example", &wanted.example, &existing.example),
        ] {
            match wanted {
                _ if wanted == existing => {}
                None => changes.push((key, None)),
                Some(value) => match self.literal(module, value, ty) {
                    Some(literal) => changes.push((key, Some(format!("{key} = {literal}")))),
                    None => unwritable.push(key),
                },
            }
        }
        let mut say = |key: &'static str, wanted: Option<String>, existing: Option<String>| {
            if wanted != existing {
                changes.push((key, wanted.map(|it| format!("{key} = {it}"))));
            }
        };
        let number = |it: &Option<Number>| it.as_ref().map(Number::to_string);
        let whole = |it: Option<u32>| it.map(|it| it.to_string());
        let text = |it: &Option<String>| it.as_ref().map(|it| format!("{it:?}"));
        say("min", number(&wanted.min), number(&existing.min));
        say("max", number(&wanted.max), number(&existing.max));
        say("min_length", whole(wanted.min_length), whole(existing.min_length));
        say("max_length", whole(wanted.max_length), whole(existing.max_length));
        say("pattern", text(&wanted.pattern), text(&existing.pattern));
        say("decimals", whole(wanted.decimals), whole(existing.decimals));
        say("renamed_from", text(&wanted.renamed_from), text(&existing.renamed_from));
        say("deprecated", text(&wanted.deprecated), text(&existing.deprecated));
        changes.extend(json_name(name, wanted.json_name.as_deref(), existing.json_name.as_deref()));
        if wanted.secret != existing.secret {
            changes.push(("secret", wanted.secret.then(|| "secret".to_owned())));
        }
        (changes, unwritable)
    }

    /// The keys in which options of actions differ.
    pub(super) fn option_changes(&self, wanted: &Options, existing: &Options) -> Vec<KeyChange> {
        let mut changes = Vec::new();
        if self.form == Form::Wit {
            return changes;
        }
        let text = |it: &String| (!it.is_empty()).then(|| format!("{it:?}"));
        let perhaps = |it: &Option<String>| it.as_ref().map(|it| format!("{it:?}"));
        for (key, wanted, existing) in [
            ("title", text(&wanted.title), text(&existing.title)),
            ("icon", text(&wanted.icon), text(&existing.icon)),
            ("group", text(&wanted.group), text(&existing.group)),
            ("renamed_from", perhaps(&wanted.renamed_from), perhaps(&existing.renamed_from)),
            ("deprecated", perhaps(&wanted.deprecated), perhaps(&existing.deprecated)),
        ] {
            if wanted != existing {
                changes.push((key, wanted.map(|it| format!("{key} = {it}"))));
            }
        }
        if wanted.function != existing.function {
            changes.push(("function", wanted.function.then(|| "function".to_owned())));
        }
        if wanted.outputs != existing.outputs {
            let names: Vec<String> = wanted.outputs.iter().map(|it| format!("{it:?}")).collect();
            let entry = format!("outputs({})", names.join(", "));
            changes.push(("outputs", (!names.is_empty()).then_some(entry)));
        }
        changes
    }

    /// A JSON value as a literal of a type.
    pub(super) fn literal(&mut self, module: usize, value: &Value, ty: &Type) -> Option<String> {
        Some(match (value, ty.required()) {
            (Value::Bool(value), Type::Bool | Type::Json) => value.to_string(),
            (Value::Number(number), Type::F32 | Type::F64 | Type::Decimal | Type::Json) => {
                number.to_string()
            }
            (Value::Number(number), ty) if ty.is_whole() => number.to_string(),
            (Value::String(digits), ty) if ty.is_whole() => {
                digits.parse::<i128>().ok()?.to_string()
            }
            (Value::String(text), Type::Char) => format!("{:?}", text.chars().next()?),
            (Value::String(text), Type::Named(name)) => {
                let case = self.case_name(name, text)?;
                format!("{}::{case}", self.rust(module, &Type::Named(name.clone())))
            }
            (Value::String(text), ty)
                if ty.is_text() || ty.is_binary() || matches!(ty, Type::Json) =>
            {
                format!("{text:?}")
            }
            (Value::Array(values), Type::List(of)) => {
                let values: Option<Vec<String>> =
                    values.iter().map(|it| self.literal(module, it, of)).collect();
                format!("[{}]", values?.join(", "))
            }
            (Value::Array(values), Type::Tuple(types)) if values.len() == types.len() => {
                let values: Option<Vec<String>> = (values.iter().zip(types))
                    .map(|(value, ty)| self.literal(module, value, ty))
                    .collect();
                format!("[{}]", values?.join(", "))
            }
            _ => return None,
        })
    }

    /// The case that a text means in JSON.
    fn case_name(&self, ty: &str, json: &str) -> Option<String> {
        let definition = self.target.types.iter().find(|it| it.name == ty)?;
        let (TypeKind::Enum { cases } | TypeKind::Variant { cases }) = &definition.kind else {
            return None;
        };
        let case = cases.iter().find(|it| it.json_name() == json || it.name == json)?;
        Some(case.name.clone())
    }
}

/// A name in JSON: `rename`, also where it is to be the element's own and `rename_all` says
/// otherwise.
pub fn json_name(name: &str, wanted: Option<&str>, existing: Option<&str>) -> Option<KeyChange> {
    (wanted != existing).then(|| ("rename", Some(format!("rename = {:?}", wanted.unwrap_or(name)))))
}
