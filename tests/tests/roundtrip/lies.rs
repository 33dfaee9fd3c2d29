//! Packages that are not what they say: none loads, and none does harm.
//!
//! Most of them are made from a component without code, so that a test can try thousands.

use ext_definition::artifact::{MANIFEST_SECTION, manifest_section};
use ext_definition::code;
use ext_definition::model::{Case, Extension as Definition, Field, Kind, Type, TypeDefinition};
use ext_definition::{artifact, wit};
use ext_host::{Extension, Host, LoadError};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use wasm_encoder::{
    CodeSection, ComponentSection, CustomSection, ExportKind, ExportSection, Function,
    FunctionSection, Instruction, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem};

use super::sink;

/// A component with these types whose actions all trap.
pub fn component(definition: &Definition) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", &wit::render(definition)).expect("our own WIT");
    let world = resolve.select_world(&[package], Some(wit::WORLD)).expect("our own world");
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut function = |name: &str, params: Vec<ValType>, results: Vec<ValType>| {
        types.ty().function(params, results);
        functions.function(types.len() - 1);
        exports.export(name, ExportKind::Func, functions.len() - 1);
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable);
        body.instruction(&Instruction::End);
        code.function(&body);
    };
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        for action in resolve.interfaces[*id].functions.values() {
            let signature = resolve.wasm_signature(AbiVariant::GuestExport, action);
            let flat = |types: &[WasmType]| types.iter().map(val_type).collect();
            let name = format!("{}#{}", resolve.name_world_key(key), action.name);
            function(&name, flat(&signature.params), flat(&signature.results));
        }
    }
    function("cabi_realloc", vec![ValType::I32; 4], vec![ValType::I32]);
    exports.export("memory", ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    let mut module = module.finish();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("a core module");
    ComponentEncoder::default()
        .module(&module)
        .expect("a core module")
        .encode()
        .expect("a component")
}

fn val_type(ty: &WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

/// A package: a component and a manifest, whatever it says.
pub fn package(component: &[u8], manifest: &[u8]) -> Vec<u8> {
    let mut package = component.to_vec();
    let data = manifest_section(manifest).into();
    let section = CustomSection { name: MANIFEST_SECTION.into(), data };
    section.append_to_component(&mut package);
    package
}

/// A component without its manifest: sections are an id, a length and so many bytes
/// (component model, `Binary.md`).
pub fn without_manifest(package: &[u8]) -> Vec<u8> {
    let (header, mut rest) = package.split_at(8);
    let mut out = header.to_vec();
    while !rest.is_empty() {
        let (length, digits) = leb128(&rest[1..]);
        let (section, behind) = rest.split_at(1 + digits + length);
        let name = &section[1 + digits..];
        if section[0] != 0 || !name[1..].starts_with(MANIFEST_SECTION.as_bytes()) {
            out.extend_from_slice(section);
        }
        rest = behind;
    }
    out
}

pub fn leb128(bytes: &[u8]) -> (usize, usize) {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return (value, at + 1);
        }
    }
    panic!("no number");
}

/// A host that keeps nothing on disk: what it is given here is not worth it.
fn host() -> Host {
    Host::builder().cache(None).build().expect("a host")
}

/// The kitchen sink's definition, with a dozen of its actions.
pub fn definition() -> Definition {
    const ACTIONS: [&str; 12] = [
        "echo_bytes",
        "echo_cell",
        "echo_color",
        "echo_labels",
        "echo_line",
        "echo_many",
        "echo_nothing",
        "echo_option_option",
        "echo_order",
        "echo_outcome",
        "echo_page_of_text",
        "echo_signal",
    ];
    let mut definition = artifact::definition(sink::bytes()).expect("the package has one");
    definition.actions.retain(|action| ACTIONS.contains(&action.name.as_str()));
    // Files are another matter: see `lies_about_files`.
    definition.package.icon.clear();
    definition.package.readme.clear();
    definition.package.files.clear();
    definition
}

type Lie = fn(&mut Definition);

/// A lie about an action, and what it changes.
fn action<'a>(definition: &'a mut Definition, name: &str) -> &'a mut ext_definition::model::Action {
    definition.actions.iter_mut().find(|it| it.name == name).expect("it is there")
}

fn ty<'a>(definition: &'a mut Definition, name: &str) -> &'a mut TypeDefinition {
    definition.types.iter_mut().find(|it| it.name == name).expect("it is there")
}

fn fields<'a>(definition: &'a mut Definition, name: &str) -> &'a mut Vec<Field> {
    match &mut ty(definition, name).kind {
        Kind::Structure { fields } => fields,
        _ => panic!("{name} is no structure"),
    }
}

fn cases<'a>(definition: &'a mut Definition, name: &str) -> &'a mut Vec<Case> {
    match &mut ty(definition, name).kind {
        Kind::Enum { cases } | Kind::Variant { cases } => cases,
        Kind::Structure { .. } => panic!("{name} has no cases"),
    }
}

fn list(ty: Type) -> Type {
    Type::List(Box::new(ty))
}

/// Lies that only the component can tell.
const LIES: &[(&str, Lie)] = &[
    ("another parameter type", |it| action(it, "echo_bytes").parameters[0].ty = list(Type::S8)),
    ("a scalar for a list", |it| action(it, "echo_bytes").parameters[0].ty = Type::U8),
    ("a number of the same size", |it| action(it, "echo_many").parameters[0].ty = Type::S8),
    ("a parameter less", |it| drop(action(it, "echo_many").parameters.pop())),
    ("a parameter more", |it| {
        let more = Field::new("more", Type::U8);
        action(it, "echo_many").parameters.push(more);
    }),
    ("parameters in another order", |it| action(it, "echo_many").parameters.swap(0, 1)),
    ("a parameter by another name", |it| {
        action(it, "echo_line").parameters[0].name = "other".into()
    }),
    ("another result", |it| action(it, "echo_bytes").result = Some(Type::String)),
    ("no result", |it| action(it, "echo_bytes").result = None),
    ("a result out of nothing", |it| action(it, "echo_nothing").result = Some(Type::U8)),
    ("no error", |it| action(it, "echo_outcome").error = None),
    ("an error out of nothing", |it| action(it, "echo_line").error = Some(Type::Unit)),
    ("another error", |it| action(it, "echo_outcome").error = Some(Type::String)),
    ("an error for none", |it| action(it, "echo_signal").error = Some(Type::U8)),
    ("a result for none", |it| action(it, "echo_signal").result = Some(Type::U8)),
    ("an option less", |it| {
        let less = Type::Option(Box::new(Type::U32));
        action(it, "echo_option_option").parameters[0].ty = less;
    }),
    ("a map of other values", |it| {
        action(it, "echo_labels").result = Some(Type::Map(Box::new((Type::String, Type::U64))));
    }),
    ("a list for a map", |it| action(it, "echo_labels").result = Some(list(Type::String))),
    ("an action that is not there", |it| action(it, "echo_line").name = "echo_lime".into()),
    ("two actions exchanged", |it| {
        action(it, "echo_line").name = "echo_bytes_".into();
        action(it, "echo_bytes").name = "echo_line".into();
        action(it, "echo_bytes_").name = "echo_bytes".into();
    }),
    ("another field type", |it| fields(it, "Line")[1].ty = Type::S32),
    ("a field by another name", |it| fields(it, "Line")[1].name = "amount".into()),
    ("a field less", |it| drop(fields(it, "Line").pop())),
    ("fields in another order", |it| fields(it, "Line").swap(0, 1)),
    ("another type in a type in a type", |it| fields(it, "Address")[1].ty = Type::Char),
    ("a case by another name", |it| cases(it, "Color")[0].name = "Crimson".into()),
    ("a case less", |it| drop(cases(it, "Color").pop())),
    ("a case more", |it| {
        let more = Case {
            name: "Blue".into(),
            description: String::new(),
            json_name: None,
            ty: None,
            message: None,
        };
        cases(it, "Color").push(more);
    }),
    ("cases in another order", |it| cases(it, "Scalar").swap(1, 2)),
    ("a case without its data", |it| cases(it, "Scalar")[1].ty = None),
    ("data out of nothing", |it| cases(it, "Scalar")[0].ty = Some(Type::U8)),
    ("other data", |it| cases(it, "Scalar")[1].ty = Some(Type::Char)),
    ("an enum for a variant", |it| {
        let cases = cases(it, "Color").clone();
        ty(it, "Color").kind = Kind::Variant { cases };
    }),
    ("a structure for an enum", |it| {
        let fields = fields(it, "Line").clone();
        ty(it, "Color").kind = Kind::Structure { fields };
    }),
    ("another namespace", |it| it.package.namespace = "acme".into()),
    ("another name", |it| it.package.name = "bathtub".into()),
    ("another version", |it| it.package.version = "9.9.9".into()),
];

/// Lies that a manifest tells of itself, each with its code.
const CONTRADICTIONS: &[(&str, code::Code, Lie)] = &[
    ("a format from the future", code::FORMAT, |it| it.format = 2),
    ("no action", code::NO_ACTION, |it| it.actions.clear()),
    ("two actions of one name", code::DUPLICATE_ACTION, |it| {
        let again = it.actions[0].clone();
        it.actions.push(again);
    }),
    ("two types of one name", code::DUPLICATE_TYPE, |it| {
        let again = it.types[0].clone();
        it.types.push(again);
    }),
    ("a type beside an action with the name of another", code::DUPLICATE_TYPE, |it| {
        ty(it, "Line").name = "EchoBytes".into();
        ty(it, "Color").name = "EchoBytesType".into();
    }),
    ("two fields of one name", code::DUPLICATE_PART, |it| {
        fields(it, "Line")[0].name = "quantity".into()
    }),
    ("a type that nobody describes", code::TYPE_MISSING, |it| {
        action(it, "echo_line").result = Some(Type::Named("Lime".into()));
    }),
    ("a type in itself", code::NESTING, |it| {
        fields(it, "Line")[0].ty = list(Type::Named("Line".into()));
    }),
    ("two types in each other", code::NESTING, |it| {
        fields(it, "Line")[0].ty = Type::Named("Address".into());
        fields(it, "Address")[0].ty = list(Type::Named("Line".into()));
    }),
    ("a list fifty levels deep", code::NESTING, |it| {
        action(it, "echo_line").result = Some((0..50).fold(Type::U8, |ty, _| list(ty)));
    }),
    ("a map with lists as keys", code::MAP_KEY, |it| {
        action(it, "echo_line").result = Some(Type::Map(Box::new((list(Type::U8), Type::U8))));
    }),
    ("nothing as a value", code::UNIT_POSITION, |it| {
        action(it, "echo_line").parameters[0].ty = Type::Unit;
    }),
    ("a name that is none", code::ELEMENT_NAME, |it| {
        action(it, "echo_line").name = "../line".into()
    }),
    ("a namespace that is none", code::NAMESPACE_MALFORMED, |it| {
        it.package.namespace = "A/b".into()
    }),
    ("a structure without fields", code::NO_ACTION, |it| fields(it, "Line").clear()),
];

#[test]
fn the_truth() {
    let definition = definition();
    let package = package(&component(&definition), definition.to_json().as_bytes());
    let extension = host().load_bytes(&package).expect("it is what it says");
    assert_eq!(extension.definition(), &definition);
}

/// What a package does not mention is not reached by a call; that is no lie.
#[test]
fn not_the_whole_truth() {
    let mut definition = definition();
    let component = component(&definition);
    definition.actions.truncate(1);
    let package = package(&component, definition.to_json().as_bytes());
    host().load_bytes(&package).expect("it is what it says");
}

#[test]
fn lies_about_the_component() {
    let host = host();
    let truth = definition();
    let component = component(&truth);
    for (what, lie) in LIES {
        let mut definition = truth.clone();
        lie(&mut definition);
        assert_ne!(definition, truth, "{what}");
        let package = package(&component, definition.to_json().as_bytes());
        match host.load_bytes(&package) {
            Err(LoadError::Mismatch(reason)) => assert!(!reason.is_empty(), "{what}"),
            Err(other) => panic!("{what}: {other:?}"),
            Ok(_) => panic!("{what}: it loads"),
        }
    }
}

#[test]
fn contradictions() {
    let truth = definition();
    let component = component(&truth);
    for (what, code, lie) in CONTRADICTIONS {
        let mut definition = truth.clone();
        lie(&mut definition);
        let package = package(&component, definition.to_json().as_bytes());
        match host().load_bytes(&package) {
            Err(LoadError::Definition(errors)) => {
                assert!(errors.iter().any(|it| it.code == *code), "{what}: {errors:?}");
            }
            Err(other) => panic!("{what}: {other:?}"),
            Ok(_) => panic!("{what}: it loads"),
        }
    }
}

#[test]
fn lies_about_files() {
    let truth = artifact::definition(sink::bytes()).expect("the package has one");
    let component = without_manifest(sink::bytes());
    let load = |definition: &Definition| {
        host().load_bytes(&package(&component, definition.to_json().as_bytes()))
    };
    load(&truth).expect("it is what it says");
    let lies: [(&str, code::Code, Lie); 7] = [
        ("another digest", code::FILES_CORRUPT, |it| {
            it.package.files[0].digest = format!("sha256:{}", "0".repeat(64));
        }),
        ("a larger file", code::FILES_CORRUPT, |it| it.package.files[0].size += 1),
        ("a smaller file", code::FILES_CORRUPT, |it| it.package.files[0].size -= 1),
        ("a file too few", code::FILES_CORRUPT, |it| {
            it.package.files.retain(|file| file.path != "data/rates.csv");
        }),
        ("a file above", code::FILE_NAME, |it| it.package.files[0].path = "../x".into()),
        ("a file at the root", code::FILE_NAME, |it| it.package.files[0].path = "/x".into()),
        ("an icon that is not there", code::FILE_MISSING, |it| it.package.icon = "x".into()),
    ];
    for (what, code, lie) in lies {
        let mut definition = truth.clone();
        lie(&mut definition);
        match load(&definition) {
            Err(LoadError::Definition(errors)) => {
                assert!(errors.iter().any(|it| it.code == code), "{what}: {errors:?}");
            }
            Err(other) => panic!("{what}: {other:?}"),
            Ok(_) => panic!("{what}: it loads"),
        }
    }
}

#[test]
fn no_manifest_at_all() {
    let host = host();
    let definition = definition();
    let component = component(&definition);
    let refused = |package: &[u8]| match host.load_bytes(package) {
        Err(LoadError::Definition(errors)) => errors[0].code,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it loads"),
    };
    assert_eq!(refused(&component), code::NO_DEFINITION);
    let json = definition.to_json();
    for manifest in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        b"\xFF\xFE garbage \0",
        b"{\"format\":1}",
        b"{\"format\":-1}",
        &json.as_bytes()[..json.len() / 2],
        json.repeat(2).as_bytes(),
        "[".repeat(1_000_000).as_bytes(),
        json.replace(
            "\"string\"",
            &format!("{}\"u8\"{}", "{\"list\":".repeat(10_000), "}".repeat(10_000)),
        )
        .as_bytes(),
        json.replace("\"string\"", "\"strong\"").as_bytes(),
    ] {
        let found = refused(&package(&component, manifest));
        let shown = String::from_utf8_lossy(&manifest[..manifest.len().min(30)]);
        assert_eq!(found, code::DEFINITION_CORRUPT, "{shown}");
    }
    // Two manifests are none.
    let twice = package(&package(&component, json.as_bytes()), json.as_bytes());
    assert_eq!(refused(&twice), code::DEFINITION_CORRUPT);
    // A manifest inside another manifest's component is not the package's.
    for not_even_wasm in
        [&b""[..], b"\0", b"\0asm", b"#!/bin/sh", b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0"]
    {
        refused(not_even_wasm);
    }
}

/// A manifest beside a core module, not a component.
#[test]
fn no_component() {
    let definition = definition();
    let module = package(b"\0asm\x01\0\0\0", definition.to_json().as_bytes());
    match host().load_bytes(&module) {
        Err(LoadError::Component(_)) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it loads"),
    }
}

#[test]
fn the_kitchen_sink_with_a_lie() {
    let truth = artifact::definition(sink::bytes()).expect("the package has one");
    let component = without_manifest(sink::bytes());
    assert!(component.len() < sink::bytes().len());
    let mut definition = truth.clone();
    fields(&mut definition, "Order")[0].ty = Type::S64;
    let host = host();
    match host.load_bytes(&package(&component, definition.to_json().as_bytes())) {
        Err(LoadError::Mismatch(reason)) => assert!(reason.contains("echo_order"), "{reason}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it loads"),
    }
    host.load_bytes(&package(&component, truth.to_json().as_bytes())).expect("the truth loads");
}

#[test]
fn cut_off_anywhere() {
    let host = host();
    let definition = definition();
    let package = package(&component(&definition), definition.to_json().as_bytes());
    let steps = (0..package.len()).step_by(7).chain(package.len() - 20..package.len());
    for end in steps {
        assert!(host.load_bytes(&package[..end]).is_err(), "{end} of {} bytes load", package.len());
    }
    let sink = sink::bytes();
    for end in (0..sink.len()).step_by(sink.len() / 50) {
        assert!(host.load_bytes(&sink[..end]).is_err(), "{end} of {} bytes load", sink.len());
    }
}

/// Whatever is altered: a package loads as an extension that can be called, or it does not
/// load.
fn altered(bytes: &[u8], from: usize, packages: u32) {
    let host = host();
    let config = Config { cases: packages, failure_persistence: None, ..Config::default() };
    let flips = prop::collection::vec((any::<Index>(), any::<u8>()), 1..4);
    let mut runner = TestRunner::new(config);
    let cases = runner.run(&flips, |flips| {
        let mut bytes = bytes.to_vec();
        for (index, byte) in flips {
            let at = from + index.index(bytes.len() - from);
            bytes[at] = byte;
        }
        if let Ok(extension) = host.load_bytes(&bytes) {
            call_all(&extension);
        }
        Ok(())
    });
    if let Err(failure) = cases {
        panic!("{failure}");
    }
}

/// The component has no code: every call fails, and none harms the host.
fn call_all(extension: &Extension) {
    for action in &extension.definition().actions {
        let _ = extension.call_json(&action.name, &serde_json::json!({"value": "Red"}));
    }
}

#[test]
fn bytes_changed_in_the_manifest() {
    let definition = definition();
    let component = component(&definition);
    let package = package(&component, definition.to_json().as_bytes());
    altered(&package, component.len(), 3000);
}

#[test]
fn bytes_changed_anywhere() {
    let definition = definition();
    let component = component(&definition);
    // The manifest in front, so that more changes hit the component.
    let package = package(&component, definition.to_json().as_bytes());
    altered(&package, 0, 1500);
    altered(&package[..], component.len() / 2, 1500);
}
