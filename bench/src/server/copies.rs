//! Packages that differ from one another by name only: each is a component of its own, with
//! code of its own, for whoever compiles, loads and maps it.

use std::collections::BTreeMap;

use ext_definition::artifact::{self, MANIFEST_SECTION, manifest_section, outermost};
use ext_definition::wit;
use ext_registry::{PackageName, PublishRequest, Registry, Version};
use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::Payload;

use super::failed;
use crate::{Failure, Result};

/// Publishes a package under the name and version that it has.
pub fn publish(registry: &Registry, package: &[u8]) -> Result {
    let definition = artifact::definition(package).map_err(|mistakes| {
        Failure(mistakes.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join("; "))
    })?;
    let ours = &definition.package;
    let request = PublishRequest {
        name: PackageName::new(&ours.namespace, &ours.name).map_err(failed)?,
        version: ours.version.parse::<Version>().map_err(failed)?,
        component: package,
        annotations: BTreeMap::new(),
        exports: vec![format!("{}/{}@{}", ours.id(), wit::INTERFACE, ours.version)],
        imports: Vec::new(),
        author: None,
    };
    registry.publish(&request).map(drop).map_err(failed)
}

/// The package under another name of the same length, so that nothing in it moves.
pub fn renamed(package: &[u8], name: &str) -> Result<Vec<u8>> {
    let unreadable = || Failure("the package is not what cargo ext makes".into());
    let mut definition = artifact::definition(package).map_err(|_| unreadable())?;
    let before = format!("{}/", definition.package.id());
    definition.package.name = name.to_owned();
    let after = format!("{}/", definition.package.id());
    if before.len() != after.len() {
        return Err(Failure(format!("`{after}` is not as long as `{before}`")));
    }

    let mut renamed = without_manifest(package)?;
    let mut at = 0;
    while let Some(rest) = renamed.get(at..at + before.len()) {
        if rest == before.as_bytes() {
            renamed[at..at + after.len()].copy_from_slice(after.as_bytes());
        }
        at += 1;
    }
    let data = manifest_section(definition.to_json().as_bytes()).into();
    CustomSection { name: MANIFEST_SECTION.into(), data }.append_to_component(&mut renamed);
    Ok(renamed)
}

/// All of a package before its manifest, which `cargo ext` writes last but for files.
fn without_manifest(package: &[u8]) -> Result<Vec<u8>> {
    for payload in outermost(package) {
        if let Payload::CustomSection(section) = payload.map_err(failed)?
            && section.name() == MANIFEST_SECTION
        {
            // Before a section's content are its kind and its length (LEB128), and this is its
            // content: the name with its length, and the data.
            let content = section.range();
            let digits = (content.len().max(1).ilog2() / 7 + 1) as usize;
            let start = content.start - digits - 1;
            return Ok([&package[..start], &package[content.end..]].concat());
        }
    }
    Err(Failure("the package has no manifest".into()))
}
