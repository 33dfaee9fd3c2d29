//! From a core module and its definition to a package: one component.
//!
//! The module exports one uniform function for each action (`ext_runtime`, "abi"). Here
//! each gets an adapter with the flattened signature that the Canonical ABI asks for, the
//! world is embedded, and `wit-component` encodes the component. The JSON manifest goes
//! with it as a custom section, so that one file says all.

mod adapter;
mod module;

use ext_definition::artifact::{MANIFEST_SECTION, manifest_section, outermost};
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::files;
use ext_definition::model::Extension;
use ext_definition::wit;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::Payload;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SizeAlign, WorldItem};

/// Packs a core module. `symbols` are the core exports of the definition's actions, in
/// their order; `contents` those of its files; `names` keeps function names and debug information.
pub fn pack(
    core: &[u8],
    extension: &Extension,
    symbols: &[String],
    contents: &[Vec<u8>],
    names: bool,
) -> Result<Vec<u8>, Diagnostic> {
    component(core, extension, symbols, contents, names).map_err(|error| {
        Diagnostic::error(code::PACK_FAILED, format!("the component cannot be made: {error:#}"))
            .help("this is a mistake in cargo ext itself, or the module was not built with `ext-runtime`")
    })
}

fn component(
    core: &[u8],
    extension: &Extension,
    symbols: &[String],
    contents: &[Vec<u8>],
    names: bool,
) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let mut text = wit::render(extension);
    let mut world = wit::WORLD;
    // Who does not log has nothing of it.
    if module::imports_from(core, wit::LOG)? {
        resolve.push_str("log.wit", wit::LOG_WIT)?;
        let (whole, log) = (wit::WORLD, wit::LOG);
        world = "logging-extension";
        text.push_str(&format!("world {world} {{\n  include {whole};\n  import {log};\n}}\n"));
    }
    let package = resolve.push_str("extension.wit", &text)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve);

    let interface = (resolve.worlds[world].exports.values())
        .find_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        })
        .ok_or_else(|| anyhow::anyhow!("the world exports no interface"))?;
    // The names of component-model#378. Under the older ones `wit-component` compares each
    // export with every function.
    let id = resolve.canonicalized_id_of(interface).unwrap_or_default();
    let actions = (resolve.interfaces[interface].functions.values().zip(symbols))
        .map(|(function, symbol)| adapter::Action {
            function,
            symbol,
            export: format!("cm32p2|{id}|{}", function.name),
        })
        .collect::<Vec<_>>();

    let mut module = module::with_adapters(core, &actions, &resolve, &sizes, names)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    let component = ComponentEncoder::default()
        .module(&module)?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .validate(true)
        .encode()?;
    let mut component = if names { component } else { without_names(&component)? };
    let manifest = manifest_section(&serde_json::to_vec(extension)?);
    let mut append = |name: &str, data: Vec<u8>| {
        let section = wasm_encoder::CustomSection { name: name.into(), data: data.into() };
        wasm_encoder::ComponentSection::append_to_component(&section, &mut component);
    };
    append(MANIFEST_SECTION, manifest);
    if !contents.is_empty() {
        append(files::SECTION, files::encode(contents.iter().map(Vec::as_slice)));
    }
    Ok(component)
}

/// The component without the names of its own items, which nobody needs but who debugs
/// packing: `wit-component` always writes them, 200 bytes for each action.
fn without_names(component: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut kept = wasm_encoder::Component::new();
    for payload in outermost(component) {
        let payload = payload?;
        let is_names =
            matches!(&payload, Payload::CustomSection(it) if it.name() == "component-name");
        if !is_names && let Some((id, range)) = payload.as_section() {
            kept.section(&wasm_encoder::RawSection { id, data: &component[range] });
        }
    }
    Ok(kept.finish())
}

/// The names that a component imports.
pub fn imports(component: &[u8]) -> Result<Vec<String>, Diagnostic> {
    let unreadable = |error: wasmparser::BinaryReaderError| {
        Diagnostic::error(code::PACK_FAILED, format!("the component cannot be read: {error}"))
    };
    let mut names = Vec::new();
    for payload in outermost(component) {
        if let Payload::ComponentImportSection(section) = payload.map_err(unreadable)? {
            for import in section {
                names.push(import.map_err(unreadable)?.name.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// A component's interface as WIT text, as `wasm-tools component wit` prints it.
pub fn wit_text(component: &[u8]) -> Result<String, Diagnostic> {
    let text = || -> anyhow::Result<String> {
        let decoded = wit_component::decode(component)?;
        let (resolve, main) = (decoded.resolve(), decoded.package());
        let nested: Vec<_> =
            resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != main).collect();
        let mut printer = wit_component::WitPrinter::default();
        printer.print(resolve, main, &nested)?;
        Ok(printer.output.into())
    };
    text().map_err(|error| {
        Diagnostic::error(
            code::DEFINITION_CORRUPT,
            format!("the file is no readable component: {error:#}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_module_is_not_packed() {
        let extension = Extension {
            format: ext_definition::model::FORMAT,
            package: ext_definition::package::Package {
                namespace: "acme".into(),
                name: "orders".into(),
                version: "1.0.0".into(),
                ..Default::default()
            },
            actions: Vec::new(),
            types: Vec::new(),
        };
        let error = pack(b"no module", &extension, &[], &[], false).unwrap_err();
        // EXT0404
        assert_eq!(error.code, code::PACK_FAILED);
    }
}
