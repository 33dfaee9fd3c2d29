//! What stands before an element: documentation and attributes.

use std::ops::Range;

use syn::spanned::Spanned;
use syn::{Attribute, Meta};

use super::inside;
use crate::source::file::SourceFile;

/// What stands before an element.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The `///` lines, if they stand together and there are no other doc attributes.
    pub docs: Option<Range<usize>>,
    /// Documentation in another form.
    pub other_docs: bool,
    /// `#[ext(…)]` and `#[ext_action(…)]`.
    pub attributes: Vec<ExtAttribute>,
}

/// `#[ext(…)]` or `#[ext_action(…)]`.
#[derive(Debug, Clone)]
pub struct ExtAttribute {
    pub is_action: bool,
    pub range: Range<usize>,
    /// The path: what parentheses can be written behind.
    pub path: Range<usize>,
    /// Between the parentheses.
    pub interior: Option<Range<usize>>,
    /// Key and whole entry: `default`, `default = "EUR"`.
    pub entries: Vec<(String, Range<usize>)>,
}

pub(super) fn is_action(attributes: &[Attribute]) -> bool {
    attributes.iter().any(is_action_attribute)
}

fn is_action_attribute(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "ext_action")
}

pub(super) fn attribute_range(file: &SourceFile, attribute: &Attribute) -> Range<usize> {
    let (start, end) = (file.range(attribute.pound_token.span), attribute.bracket_token.span);
    start.start..file.range(end.close()).end.max(start.end)
}

pub(super) fn head(file: &SourceFile, attributes: &[Attribute]) -> Head {
    let mut head = Head::default();
    let mut together = true;
    for attribute in attributes {
        let range = attribute_range(file, attribute);
        if attribute.path().is_ident("doc") {
            let is_line = file.text[range.clone()].starts_with("///");
            match (&mut head.docs, is_line) {
                (_, false) => head.other_docs = true,
                (Some(_), true) if !together => head.other_docs = true,
                (Some(docs), true) => docs.end = range.end,
                (none, true) => *none = Some(range),
            }
            together = true;
        } else {
            together = head.docs.is_none();
            let is_action = is_action_attribute(attribute);
            if is_action || attribute.path().is_ident("ext") {
                head.attributes.push(ext_attribute(file, attribute, is_action, range));
            }
        }
    }
    if let Some(docs) = &mut head.docs {
        // A comment's span may end with the carriage return of its line.
        docs.end = docs.start + file.text[docs.clone()].trim_end().len();
    }
    head
}

impl Head {
    pub(super) fn start(&self) -> Option<usize> {
        let attributes = self.attributes.iter().map(|it| it.range.start);
        self.docs.iter().map(|it| it.start).chain(attributes).min()
    }
}

fn ext_attribute(
    file: &SourceFile,
    attribute: &Attribute,
    is_action: bool,
    range: Range<usize>,
) -> ExtAttribute {
    let path = file.range(attribute.path().span());
    let mut entries = Vec::new();
    let mut interior = None;
    if let Meta::List(list) = &attribute.meta {
        let span = list.delimiter.span();
        interior = Some(inside(file, span.open(), span.close()));
        let mut entry: Option<(String, Range<usize>)> = None;
        for token in list.tokens.clone() {
            let at = file.range(token.span());
            match (&token, &mut entry) {
                (proc_macro2::TokenTree::Punct(punct), _) if punct.as_char() == ',' => {
                    entries.extend(entry.take());
                }
                (_, Some((_, range))) => range.end = at.end,
                (token, none) => *none = Some((token.to_string(), at)),
            }
        }
        entries.extend(entry);
    }
    ExtAttribute { is_action, range, path, interior, entries }
}
