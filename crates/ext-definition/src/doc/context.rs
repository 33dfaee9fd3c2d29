//! What every part of a page needs to know of the whole.

use std::collections::BTreeMap;

use super::text::{self, escape};
use crate::model::{Extension, Type};
use crate::outline::{self, Users};

pub struct Context<'a> {
    pub extension: &'a Extension,
    pub users: BTreeMap<&'a str, Users<'a>>,
}

impl<'a> Context<'a> {
    pub fn new(extension: &'a Extension) -> Self {
        Self { extension, users: outline::users(extension) }
    }

    /// The package's title, or its name.
    pub fn title(&self) -> &'a str {
        let package = &self.extension.package;
        if package.title.is_empty() { &package.name } else { &package.title }
    }

    /// A description.
    pub fn description(&self, markdown: &str) -> String {
        text::markdown(markdown, &|name| {
            if self.extension.types.iter().any(|it| it.name == name) {
                return Some(type_anchor(name));
            }
            let is_action = self.extension.actions.iter().any(|it| it.name == name);
            is_action.then(|| action_anchor(name))
        })
    }

    /// A type, with links to the types that it names.
    pub fn ty(&self, ty: &Type) -> String {
        ty.shown("&lt;", "&gt;", &|name| link(&type_anchor(name), name))
    }
}

/// Where an action is.
pub fn action_anchor(name: &str) -> String {
    format!("action-{name}")
}

/// Where a type is.
pub fn type_anchor(name: &str) -> String {
    format!("type-{name}")
}

/// A link within the page.
pub fn link(anchor: &str, text: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", escape(anchor), escape(text))
}

/// `<code>…</code>`
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
