//! Finding definitions in WebAssembly files: core modules and components.

use std::borrow::Cow;

use wasmparser::{Parser, Payload};

use crate::code;
use crate::diagnostic::Diagnostic;
use crate::model::Extension;

/// The custom section of a package that holds its JSON manifest.
pub const MANIFEST_SECTION: &str = "ext-manifest";

/// The outermost custom sections of a name, joined.
pub fn custom_section<'a>(wasm: &'a [u8], name: &str) -> Result<Option<Cow<'a, [u8]>>, Diagnostic> {
    let mut found: Option<Cow<'a, [u8]>> = None;
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let unreadable = |error: wasmparser::BinaryReaderError| {
            Diagnostic::error(
                code::DEFINITION_CORRUPT,
                format!("the file is no readable WebAssembly: {error}"),
            )
        };
        match payload.map_err(unreadable)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if depth == 0 && section.name() == name => {
                match &mut found {
                    Some(so_far) => so_far.to_mut().extend_from_slice(section.data()),
                    none => *none = Some(Cow::Borrowed(section.data())),
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The definition that a package carries.
pub fn definition(component: &[u8]) -> Result<Extension, Vec<Diagnostic>> {
    let section = custom_section(component, MANIFEST_SECTION).map_err(|error| vec![error])?;
    let Some(section) = section else {
        return Err(vec![Diagnostic::error(
            code::NO_DEFINITION,
            format!(
                "the component has no section `{MANIFEST_SECTION}`: it was not made by cargo ext"
            ),
        )]);
    };
    Extension::from_json(&section)
}
