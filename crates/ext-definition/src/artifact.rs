//! Finding definitions in WebAssembly files: core modules and components.

use std::borrow::Cow;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use wasmparser::{BinaryReaderError, Parser, Payload};

use crate::code::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::model::Extension;
use crate::resolve::MAX_MANIFEST;

/// The custom section of a package that holds its JSON manifest: four bytes of length
/// (little endian), then so many bytes of it compressed (zlib, RFC 1950), since names and
/// descriptions repeat a lot. Nothing follows.
pub const MANIFEST_SECTION: &str = "ext-manifest";

/// What a module or component is made of, without what the modules and components in it
/// are made of.
pub fn outermost(wasm: &[u8]) -> impl Iterator<Item = Result<Payload<'_>, BinaryReaderError>> {
    let mut depth = 0_u32;
    Parser::new(0).parse_all(wasm).filter(move |payload| {
        let at = depth;
        match payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            _ => {}
        }
        at == 0 || payload.is_err()
    })
}

/// The outermost custom sections of a name, joined.
pub fn custom_section<'a>(wasm: &'a [u8], name: &str) -> Result<Option<Cow<'a, [u8]>>, Diagnostic> {
    let mut found: Option<Cow<'a, [u8]>> = None;
    for payload in outermost(wasm) {
        let unreadable = |error: BinaryReaderError| {
            Diagnostic::error(
                code::DEFINITION_CORRUPT,
                format!("the file is no readable WebAssembly: {error}"),
            )
        };
        if let Payload::CustomSection(section) = payload.map_err(unreadable)?
            && section.name() == name
        {
            match &mut found {
                Some(so_far) => so_far.to_mut().extend_from_slice(section.data()),
                none => *none = Some(Cow::Borrowed(section.data())),
            }
        }
    }
    Ok(found)
}

/// The definition of a package that a registry stores under a name (`namespace:name`) and a
/// version.
///
/// # Errors
/// As [`definition`]; [`code::IDENTITY`] if the package is another one.
pub fn definition_of(
    component: &[u8],
    name: &str,
    version: &str,
) -> Result<Extension, Vec<Diagnostic>> {
    let extension = definition(component)?;
    let package = &extension.package;
    if package.id() == name && package.version == version {
        return Ok(extension);
    }
    let message =
        format!("the registry stores `{}` {} as `{name}` {version}", package.id(), package.version);
    let help = "publish the package under its own name and version, and remove this copy";
    Err(vec![Diagnostic::error(code::IDENTITY, message).help(help)])
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
    let unreadable = |code: Code, reason: &str| {
        let message = format!("the section `{MANIFEST_SECTION}` cannot be read: {reason}");
        vec![Diagnostic::error(code, message)]
    };
    let damaged = || unreadable(code::DEFINITION_CORRUPT, "it is damaged");
    let (length, compressed) = section.split_first_chunk().ok_or_else(damaged)?;
    if compressed.len() != u32::from_le_bytes(*length) as usize {
        return Err(damaged());
    }
    let manifest =
        decompress_to_vec_zlib_with_limit(compressed, MAX_MANIFEST).map_err(|error| match error
            .status
        {
            TINFLStatus::HasMoreOutput => unreadable(code::TOO_LARGE, "it is too large"),
            _ => damaged(),
        })?;
    Extension::from_json(&manifest)
}

/// The content of a package's section [`MANIFEST_SECTION`], for a JSON manifest.
pub fn manifest_section(manifest: &[u8]) -> Vec<u8> {
    // The level is zlib's own default: higher ones take longer and gain a percent.
    let compressed = compress_to_vec_zlib(manifest, 6);
    let mut section = (compressed.len() as u32).to_le_bytes().to_vec();
    section.extend(compressed);
    section
}
