//! The core module with the adapters appended: sections are copied as bytes, and only four
//! of them get longer.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use wasm_encoder::{Encode, ExportKind, ExportSection, Module, RawSection, SectionId, ValType};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};
use wit_parser::{Resolve, SizeAlign};

use super::adapter::{self, Action, Adapter, Shared};

/// Exports of `ext-runtime` that end here.
const PREFIX: &str = "ext:";

/// What `ext-runtime` wants to be called before everything else, if it does.
const INITIALIZE: &str = "ext:initialize";

/// Whether a module imports anything from a module of this name.
pub fn imports_from(core: &[u8], name: &str) -> Result<bool> {
    for payload in Parser::new(0).parse_all(core) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                if import?.module == name {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Appends an adapter for each action, and exports what the Canonical ABI expects.
pub fn with_adapters(
    core: &[u8],
    actions: &[Action],
    resolve: &Resolve,
    sizes: &SizeAlign,
    names: bool,
) -> Result<Vec<u8>> {
    let counts = Counts::of(core)?;
    let symbol = |name: &str| {
        let found = counts.functions_by_export.get(name);
        found.copied().with_context(|| format!("the module does not export `{name}`"))
    };
    let shared = Shared { arguments: symbol("ext:arguments")?, free: symbol("ext:free")? };

    let mut types = Types { first: counts.types, new: Vec::new() };
    let mut functions = Vec::new();
    let mut exports = ExportSection::new();
    // Behind the adapters comes what all of them share: give back the result at an address.
    let post_return = counts.functions + actions.len() as u32;
    for (index, action) in (counts.functions..).zip(actions) {
        let adapter = adapter::adapter(action, symbol(action.symbol)?, shared, resolve, sizes);
        let Adapter { params, results, code, result_owns } = adapter;
        functions.push((types.index(params, results), code));
        exports.export(&action.export, ExportKind::Func, index);
        if result_owns {
            let name = format!("{}_post", action.export);
            exports.export(&name, ExportKind::Func, post_return);
        }
    }
    let mut code = wasm_encoder::Function::new([]);
    code.instruction(&wasm_encoder::Instruction::Call(symbol("ext:drop")?));
    code.instruction(&wasm_encoder::Instruction::End);
    functions.push((types.index(vec![ValType::I32], vec![]), code));
    exports.export("cabi_realloc", ExportKind::Func, symbol("ext:realloc")?);
    if let Some(initialize) = counts.functions_by_export.get(INITIALIZE) {
        exports.export("cm32p2_initialize", ExportKind::Func, *initialize);
    }

    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::TypeSection(section) => {
                let mut added = Vec::new();
                for (params, results) in &types.new {
                    func_type(params, results, &mut added);
                }
                let bytes = &core[section.range()];
                grown(
                    &mut module,
                    SectionId::Type,
                    bytes,
                    section.count(),
                    types.new.len(),
                    &added,
                )?;
            }
            Payload::FunctionSection(section) => {
                let mut added = Vec::new();
                functions.iter().for_each(|(ty, _)| ty.encode(&mut added));
                let bytes = &core[section.range()];
                grown(
                    &mut module,
                    SectionId::Function,
                    bytes,
                    section.count(),
                    functions.len(),
                    &added,
                )?;
            }
            Payload::CodeSectionStart { range, count, .. } => {
                let mut added = Vec::new();
                functions.iter().for_each(|(_, code)| code.encode(&mut added));
                grown(&mut module, SectionId::Code, &core[range], count, functions.len(), &added)?;
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.name.starts_with(PREFIX) || export.name == "cabi_realloc" {
                        continue;
                    }
                    let kind = match export.kind {
                        ExternalKind::Func => ExportKind::Func,
                        ExternalKind::Memory => ExportKind::Memory,
                        ExternalKind::Global => ExportKind::Global,
                        ExternalKind::Table => ExportKind::Table,
                        other => bail!("the module exports a {other:?}, `{}`", export.name),
                    };
                    exports.export(export.name, kind, export.index);
                }
                module.section(&exports);
            }
            Payload::CustomSection(section) => {
                let name = section.name();
                let debug = name == "name" || name.starts_with(".debug");
                if name != ext_definition::section::SECTION && (names || !debug) {
                    module.section(&wasm_encoder::CustomSection {
                        name: name.into(),
                        data: section.data().into(),
                    });
                }
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &core[range] });
                }
            }
        }
    }
    Ok(module.finish())
}

/// What there is before anything is appended.
struct Counts {
    types: u32,
    functions: u32,
    functions_by_export: HashMap<String, u32>,
}

impl Counts {
    fn of(core: &[u8]) -> Result<Self> {
        let mut counts = Self { types: 0, functions: 0, functions_by_export: HashMap::new() };
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        counts.types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let function =
                            matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
                        counts.functions += u32::from(function);
                    }
                }
                Payload::FunctionSection(section) => counts.functions += section.count(),
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            counts.functions_by_export.insert(export.name.to_owned(), export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(counts)
    }
}

/// Function types to append, each once.
struct Types {
    first: u32,
    new: Vec<(Vec<ValType>, Vec<ValType>)>,
}

impl Types {
    fn index(&mut self, params: Vec<ValType>, results: Vec<ValType>) -> u32 {
        let wanted = (params, results);
        let at = self.new.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            self.new.push(wanted);
            self.new.len() - 1
        });
        self.first + at as u32
    }
}

fn func_type(params: &[ValType], results: &[ValType], sink: &mut Vec<u8>) {
    // Binary format, "Function Types".
    sink.push(0x60);
    params.encode(sink);
    results.encode(sink);
}

/// A section of `count` items, with `more` items behind them. `bytes` starts with the count.
fn grown(
    module: &mut Module,
    id: SectionId,
    bytes: &[u8],
    count: u32,
    more: usize,
    added: &[u8],
) -> Result<()> {
    let mut reader = wasmparser::BinaryReader::new(bytes, 0);
    let read = reader.read_var_u32()?;
    if read != count {
        bail!("a section has {read} items and says {count}");
    }
    let mut data = Vec::with_capacity(bytes.len() + added.len() + 5);
    (count + more as u32).encode(&mut data);
    data.extend_from_slice(&bytes[reader.current_position()..]);
    data.extend_from_slice(added);
    module.section(&RawSection { id: id.into(), data: &data });
    Ok(())
}
