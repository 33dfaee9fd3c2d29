//! Definitions: the section of a module, the JSON manifest, the package with both.

use ext_definition::artifact::{self, MANIFEST_SECTION};
use ext_definition::model::Extension;
use ext_definition::resolve::resolve;
use ext_definition::section::{self, Entry, SECTION};
use ext_definition::{openapi, schema, wit};

/// The section `ext-definition` of a core module.
pub fn section(bytes: &[u8]) {
    let Ok(entries) = section::decode(bytes) else { return };
    let crates = entries.iter().filter_map(|entry| match entry {
        Entry::Action(entry) => entry.action.path.split("::").next(),
        Entry::Package(_) | Entry::Declared(_) | Entry::Mistake(_) => None,
    });
    let name = crates.min().unwrap_or_default().to_owned();
    if let Ok(resolved) = resolve(entries, &name) {
        assert_eq!(resolved.symbols.len(), resolved.extension.actions.len());
        accepted(&resolved.extension);
    }
}

/// The JSON manifest.
pub fn manifest(bytes: &[u8]) {
    if let Ok(extension) = Extension::from_json(bytes) {
        accepted(&extension);
    }
}

/// A package, up to the point where it is compiled. What stands behind the prefix `{` is
/// the manifest of one: compressed bytes are nothing that a fuzzer gets through.
pub fn package(bytes: &[u8]) {
    if bytes.first() == Some(&b'{') {
        return package(&around(bytes));
    }
    if let Ok(Some(found)) = artifact::custom_section(bytes, SECTION) {
        section(&found);
    }
    if let Ok(extension) = artifact::definition(bytes) {
        accepted(&extension);
    }
}

/// A component with nothing but a manifest.
fn around(manifest: &[u8]) -> Vec<u8> {
    let content = artifact::manifest_section(manifest);
    let mut section = leb(MANIFEST_SECTION.len());
    section.extend(MANIFEST_SECTION.as_bytes());
    section.extend(content);
    // The version and the layer of a component, then a custom section.
    let mut component = b"\0asm\x0d\0\x01\0\0".to_vec();
    component.extend(leb(section.len()));
    component.extend(section);
    component
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// What must hold for every definition that was found right: all that is made of it can be
/// made, and is what it should be.
pub fn accepted(extension: &Extension) {
    let json = extension.to_json();
    let again = Extension::from_json(json.as_bytes());
    assert_eq!(again.as_ref(), Ok(extension), "what is written can be read");

    let text = wit::render(extension);
    if let Err(error) = wit_parser::UnresolvedPackageGroup::parse("fuzz.wit", &text) {
        panic!("the WIT cannot be parsed: {error:?}\n{text}");
    }
    schema::render(extension);
    for version in [openapi::Version::V31, openapi::Version::V30] {
        let served = openapi::Served { definition: extension, path: "/v1/acme/fuzzed" };
        let options = openapi::Options { version, ..Default::default() };
        openapi::render(&[served, served], &options);
    }

    let client = ext_build::rendered(extension, "sha256:0");
    match syn::parse_file(&client) {
        // Whatever stands in a description, a pattern or a message stays in its place.
        Ok(file) => {
            assert_eq!(file.items.len(), 1, "something stands beside the module:\n{client}")
        }
        Err(error) => panic!("the client is not Rust: {error}\n{client}"),
    }
}
