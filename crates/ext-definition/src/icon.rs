//! Icons: small pictures that tools show beside a name. A console shows those of strangers,
//! so that a picture must not be able to do anything.

mod png;
mod svg;

use crate::package::rules::MAX_ICON;

/// A picture's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Portable Network Graphics.
    Png,
    /// Scalable Vector Graphics.
    Svg,
}

impl Form {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// The form of a picture that can be an icon, or why it cannot.
pub fn check(content: &[u8]) -> Result<Form, String> {
    if content.len() as u64 > MAX_ICON {
        let most = MAX_ICON >> 10;
        return Err(format!("it has {} bytes, and an icon at most {most} KiB", content.len()));
    }
    match content.starts_with(png::SIGNATURE) {
        true => png::check(content).map(|()| Form::Png),
        false => svg::check(content).map(|()| Form::Svg),
    }
}
