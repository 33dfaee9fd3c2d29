//! `#[ext(…)]`.

use syn::{Attribute, LitStr};

use crate::errors::{Errors, MESSAGE_PLACE, MESSAGE_TWICE, UNKNOWN_ATTRIBUTE};

/// Reads the attributes of an element on which none is known.
pub fn none(attributes: &[Attribute], errors: &mut Errors) {
    if let Some(message) = message(attributes, errors) {
        errors.add(message, MESSAGE_PLACE);
    }
}

/// Reads the attributes of a case of an error: `message = "…"`.
pub fn message(attributes: &[Attribute], errors: &mut Errors) -> Option<LitStr> {
    let mut message = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ext")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("message") {
                match message.replace(meta.value()?.parse::<LitStr>()?) {
                    Some(_) => Err(meta.error(MESSAGE_TWICE)),
                    None => Ok(()),
                }
            } else {
                Err(meta.error(UNKNOWN_ATTRIBUTE))
            }
        });
        if let Err(error) = read {
            errors.push(error);
        }
    }
    message
}
