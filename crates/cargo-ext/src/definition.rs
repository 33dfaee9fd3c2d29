//! Definitions that somebody wrote or received: JSON manifests and WIT.

use std::path::Path;

use ext_definition::diagnostic::{Diagnostic, Place, in_file};
use ext_definition::model::Extension;
use ext_definition::resolve::MAX_MANIFEST;
use ext_definition::{code, import};

use crate::failure::Failure;

/// What a definition can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Everything.
    Json,
    /// Names, types and descriptions; several of our types are one there.
    Wit,
}

/// A definition from a file.
#[derive(Debug)]
pub struct Definition {
    pub extension: Extension,
    pub form: Form,
}

impl Definition {
    /// Reads a file: WIT if its name ends with `.wit`, JSON otherwise.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let size = std::fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
        let form = match path.extension().is_some_and(|it| it == "wit") {
            true => Form::Wit,
            false => Form::Json,
        };
        let name = path.display().to_string();
        let limit = if form == Form::Wit { import::MAX } else { MAX_MANIFEST };
        if size.len() > limit as u64 {
            let message = format!("the definition has more than {} MiB", limit >> 20);
            let place = Place { file: name, line: 0, column: 0 };
            return Err(Diagnostic::error(code::TOO_LARGE, message).at(Some(&place)).into());
        }
        let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
        let extension = match form {
            Form::Json => Extension::from_json(&bytes).map_err(|found| in_file(found, &name))?,
            Form::Wit => import::read(&String::from_utf8_lossy(&bytes), &name)?,
        };
        Ok(Self { extension, form })
    }
}
