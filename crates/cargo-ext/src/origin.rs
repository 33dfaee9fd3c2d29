//! Which crates of an extension call an import, by the calls and the names in its module.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{BinaryReader, Name, NameSectionReader, Operator, Parser, Payload, TypeRef};

/// Crates through which others reach an import. Functions of C have no crate.
const BETWEEN: [&str; 7] =
    ["std", "core", "alloc", "compiler_builtins", "wasip2", "wasi", "ext_runtime"];

/// The nearest crates that call functions of these imported modules, which begin so, in the order
/// of their names. None: the module does not tell.
pub fn crates(core: &[u8], import: &str) -> Vec<String> {
    let calls = Calls::read(core, import).unwrap_or_default();
    let mut waiting = calls.imported.clone();
    let mut seen: BTreeSet<u32> = waiting.iter().copied().collect();
    let mut found = BTreeSet::new();
    while let Some(function) = waiting.pop() {
        let name = calls.names.get(&function).and_then(|name| crate_of(name));
        match name.filter(|it| !BETWEEN.contains(it)) {
            Some(name) => {
                found.insert(name.to_owned());
            }
            None => {
                let callers = calls.callers.get(&function).into_iter().flatten();
                waiting.extend(callers.filter(|it| seen.insert(**it)));
            }
        }
    }
    found.into_iter().collect()
}

/// Functions by their index.
#[derive(Default)]
struct Calls<'a> {
    imported: Vec<u32>,
    callers: BTreeMap<u32, BTreeSet<u32>>,
    names: BTreeMap<u32, &'a str>,
}

impl<'a> Calls<'a> {
    fn read(core: &'a [u8], prefix: &str) -> wasmparser::Result<Self> {
        let mut calls = Self::default();
        let mut next = 0;
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        if matches!(import.ty, TypeRef::Func(_)) {
                            if import.module.starts_with(prefix) {
                                calls.imported.push(next);
                            }
                            next += 1;
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut operators = body.get_operators_reader()?;
                    while !operators.eof() {
                        if let Operator::Call { function_index } = operators.read()? {
                            calls.callers.entry(function_index).or_default().insert(next);
                        }
                    }
                    next += 1;
                }
                Payload::CustomSection(section) if section.name() == "name" => {
                    calls.read_names(section.data(), section.data_offset())?;
                }
                _ => {}
            }
        }
        Ok(calls)
    }

    fn read_names(&mut self, section: &'a [u8], offset: usize) -> wasmparser::Result<()> {
        for names in NameSectionReader::new(BinaryReader::new(section, offset)) {
            if let Name::Function(functions) = names? {
                for naming in functions {
                    let naming = naming?;
                    self.names.insert(naming.index, naming.name);
                }
            }
        }
        Ok(())
    }
}

/// The crate of a function, by its symbol: mangled (v0 or legacy) or demangled.
fn crate_of(symbol: &str) -> Option<&str> {
    if let Some(path) = symbol.strip_prefix("_R") {
        return crate_of_v0(path);
    }
    let (path, separator) = match symbol.strip_prefix("_ZN") {
        Some(path) => {
            let (_, name) = numbered(path)?;
            // A type in angle brackets: `_$LT$crate..path..Type`.
            (name.trim_start_matches("_$LT$"), "..")
        }
        None => (symbol.trim_start_matches(['<', '&', '*']), "::"),
    };
    let end = path.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    let (name, rest) = path.split_at(end.unwrap_or(path.len()));
    let is_path = match separator {
        ".." => rest.is_empty() || rest.starts_with(separator),
        _ => rest.starts_with(separator) || rest.starts_with('['),
    };
    (is_path && !name.is_empty()).then_some(name)
}

/// The crate at the beginning of a path in Rust's symbol mangling (RFC 2603).
fn crate_of_v0(mut path: &str) -> Option<&str> {
    loop {
        let tag = path.chars().next()?;
        path = path.strip_prefix(tag)?;
        match tag {
            // A path and a name in a namespace; the namespace is one letter.
            'N' => path = path.get(1..)?,
            // An implementation, which has a path of its own.
            'M' | 'X' => path = after_disambiguator(path),
            // A path with arguments; the trait of a type.
            'I' | 'Y' => {}
            'C' => return numbered(after_disambiguator(path)).map(|(_, name)| name),
            _ => return None,
        }
    }
}

/// What follows `s…_`, if that is there.
fn after_disambiguator(path: &str) -> &str {
    let number = path.strip_prefix('s').and_then(|it| it.split_once('_'));
    number.map_or(path, |(_, rest)| rest)
}

/// A name of which the length comes first, and its length.
fn numbered(path: &str) -> Option<(usize, &str)> {
    let digits = path.find(|it: char| !it.is_ascii_digit())?;
    let length: usize = path[..digits].parse().ok()?;
    let name = path.get(digits..)?;
    Some((length, name.get(..length)?))
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, EntityType, Function, FunctionSection, ImportSection, Module, NameMap,
        NameSection, TypeSection,
    };

    use super::*;

    /// A module that imports the clock (0) and the network (1); each function is a name and the
    /// functions that it calls.
    fn module(functions: &[(&str, &[u32])]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for name in ["wasi:clocks/wall-clock@0.2.0", "wasi:http/outgoing-handler@0.2.0"] {
            imports.import(name, "f", EntityType::Function(0));
        }
        let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
        let (mut names, mut section) = (NameMap::new(), NameSection::new());
        for (index, (name, calls)) in functions.iter().enumerate() {
            declared.function(0);
            let mut function = Function::new([]);
            for call in *calls {
                function.instructions().call(*call);
            }
            function.instructions().end();
            code.function(&function);
            names.append(index as u32 + 2, name);
        }
        section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&declared).section(&code);
        module.section(&section);
        module.finish()
    }

    #[test]
    fn the_nearest_crates_are_named() {
        let functions: &[(&str, &[u32])] = &[
            ("clock_gettime", &[0]),
            ("_RNvMs5_NtCshXfaRvt2tfW_3std4timeNtB5_10SystemTime3now", &[2]),
            ("_RNvMNtCs8jb7XIKFSSy_6chrono6offsetNtB2_3Utc3now", &[3]),
            // It calls the one above, and is not the nearest.
            ("_RNvCs8jb7XIKFSSy_6orders5today", &[4]),
            ("uuid::timestamp::now::h0123456789abcdef", &[3]),
            ("_RNvCs8jb7XIKFSSy_5fetch3get", &[1]),
        ];
        let module = module(functions);
        assert_eq!(crates(&module, "wasi:clocks/wall-clock"), ["chrono", "uuid"]);
        assert_eq!(crates(&module, "wasi:http/"), ["fetch"]);
        assert!(crates(&module, "wasi:sockets/").is_empty());
    }

    #[test]
    fn without_names_nothing_is_claimed() {
        let functions: &[(&str, &[u32])] = &[("f", &[0]), ("g", &[2, 3])];
        assert!(crates(&module(functions), "wasi:clocks/wall-clock").is_empty());
        assert!(crates(b"no module", "wasi:clocks/wall-clock").is_empty());
    }

    #[test]
    fn crates_of_symbols() {
        for (symbol, expected) in [
            (
                "_RNvMsa_NtCsgViYo00zrAr_9hashbrown3rawNtB5_13RawTableInner6rehash",
                Some("hashbrown"),
            ),
            ("_RNvNtCs8jb7XIKFSSy_5alloc3fmt6format", Some("alloc")),
            ("_RINvNtCs9pv848UzQwQ_4core3ptr4swapNtCsa_6orders4LineE", Some("core")),
            ("_RNvXs_NtC6chrono6offsetNtB4_3UtcNtB4_8TimeZone4from", Some("chrono")),
            ("_ZN6chrono6offset3Utc3now17h0123456789abcdefE", Some("chrono")),
            ("_ZN46_$LT$chrono..Utc$u20$as$u20$chrono..TimeZone$GT$3now17h0E", Some("chrono")),
            ("<chrono::offset::Utc as core::fmt::Debug>::fmt::h0", Some("chrono")),
            ("chrono[1a2b]::offset::Utc::now", Some("chrono")),
            ("clock_gettime", None),
            ("_R", None),
            ("_ZN99x", None),
            ("_RNvC9", None),
            ("", None),
        ] {
            assert_eq!(crate_of(symbol), expected, "{symbol}");
        }
    }
}
