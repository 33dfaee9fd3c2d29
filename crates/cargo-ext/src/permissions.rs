//! What an extension asks for, compared with what its code can do at all.

use ext_definition::code;
use ext_definition::diagnostic::{Diagnostic, Place};
use ext_definition::package::Permissions;
use ext_definition::wit;
use wasmparser::{Parser, Payload};

use crate::calls::plain;
use crate::origin;

/// What is certain: that something is asked for and cannot be used, or is used without being
/// asked for. A module imports what its code, or the standard library on the way, may call:
/// the linker leaves out the rest.
pub fn warnings(core: &[u8], asked: &Permissions, manifest: &Place) -> Vec<Diagnostic> {
    let Ok(module) = Module::read(core) else { return Vec::new() };
    let mut found = Vec::new();
    let unused = |what: String, why: &str| {
        let message = format!("the extension asks for {what}, and {why}");
        Diagnostic::warning(code::PERMISSION_UNUSED, message)
            .at(Some(manifest))
            .help("remove the permission: who grants it would wonder")
    };
    // An import that is not WASI's may be anything.
    let reaches = |prefixes: &[&str]| {
        let reaches = |name: &str| prefixes.iter().any(|it| name.starts_with(it));
        let unknown = |name: &str| !name.starts_with("wasi:") && name != wit::LOG;
        module.imports.iter().any(|name| reaches(name) || unknown(name))
    };
    if !asked.http.is_empty() && !reaches(&["wasi:http/", "wasi:sockets/"]) {
        found.push(unused("HTTP requests (`permissions.http`)".into(), "its code can send none"));
    }
    if !asked.folders.is_empty() && !reaches(&["wasi:filesystem/"]) {
        found.push(unused("folders (`permissions.folders`)".into(), "its code opens no file"));
    }
    if asked.clocks && !reaches(&["wasi:clocks/wall-clock"]) {
        found.push(unused("the time (`permissions.clocks`)".into(), "its code never looks"));
    }
    for name in &asked.environment {
        let holds = |bytes: &[u8]| bytes.windows(name.len()).any(|it| it == name.as_bytes());
        if !module.content.iter().any(|bytes| holds(bytes)) {
            let what = format!("the variable `{name}` (`permissions.environment`)");
            found.push(unused(what, "its name is nowhere in the code"));
        }
    }
    let missing = |what: &str, key: &str, import: &str| {
        let origin = match &origin::crates(core, import)[..] {
            [] => "the names in the module do not tell which crate does".to_owned(),
            names => format!("called by {}", listed(names)),
        };
        let message =
            format!("the code can {what} ({origin}), and the extension does not ask for it");
        Diagnostic::warning(code::PERMISSION_MISSING, message)
            .at(Some(manifest))
            .help(format!("add `{key}` to `permissions`: a call that gets there fails without"))
    };
    let imports = |name: &str| module.imports.iter().any(|it| it.starts_with(name));
    if !asked.clocks && imports("wasi:clocks/wall-clock") {
        found.push(missing("ask what time it is", "clocks = true", "wasi:clocks/wall-clock"));
    }
    if asked.http.is_empty() && imports("wasi:http/outgoing-handler") {
        let key = "http = [\"HOST\"]";
        found.push(missing("send HTTP requests", key, "wasi:http/outgoing-handler"));
    }
    found
}

/// The most crates that a warning names.
const MAX_NAMED: usize = 5;

/// Names of crates, as text.
fn listed(names: &[String]) -> String {
    let mut quoted: Vec<String> =
        names.iter().take(MAX_NAMED).map(|it| format!("`{}`", plain(it))).collect();
    if names.len() > MAX_NAMED {
        quoted.push(format!("{} more", names.len() - MAX_NAMED));
    }
    quoted.join(", ")
}

/// What matters of a core module.
struct Module<'a> {
    /// The modules that it imports from.
    imports: Vec<&'a str>,
    /// Code and data.
    content: Vec<&'a [u8]>,
}

impl<'a> Module<'a> {
    fn read(core: &'a [u8]) -> wasmparser::Result<Self> {
        let mut module = Self { imports: Vec::new(), content: Vec::new() };
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        module.imports.push(import?.module);
                    }
                }
                Payload::CodeSectionStart { range, .. } => module.content.push(&core[range]),
                Payload::DataSection(section) => module.content.push(&core[section.range()]),
                _ => {}
            }
        }
        Ok(module)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        ConstExpr, DataSection, EntityType, ImportSection, MemorySection, MemoryType, Module,
        TypeSection,
    };

    use super::*;

    fn module(imports: &[&str], data: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut section = ImportSection::new();
        for name in imports {
            section.import(name, "f", EntityType::Function(0));
        }
        let mut memories = MemorySection::new();
        let (minimum, maximum) = (1, None);
        memories.memory(MemoryType {
            minimum,
            maximum,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut segments = DataSection::new();
        segments.active(0, &ConstExpr::i32_const(0), data.bytes());
        let mut module = Module::new();
        module.section(&types).section(&section).section(&memories).section(&segments);
        module.finish()
    }

    fn codes(imports: &[&str], data: &str, asked: &Permissions) -> Vec<&'static str> {
        let manifest = Place { file: "Cargo.toml".into(), line: 0, column: 0 };
        let found = warnings(&module(imports, data), asked, &manifest);
        found.iter().map(|it| it.code.0).collect()
    }

    #[test]
    fn asked_and_not_used() {
        let all = Permissions {
            http: vec!["example.com".into()],
            environment: vec!["PRICE_LIST".into(), "REGION".into()],
            folders: vec!["/srv".into()],
            clocks: true,
        };
        let std = "wasi:cli/environment@0.2.0";
        assert_eq!(codes(&[std], "REGIO", &all), ["EXT0123"; 5]);
        assert_eq!(codes(&[std], "xREGIONPRICE_LIST", &all), ["EXT0123"; 3]);
        let used = [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:filesystem/types@0.2.0",
            "wasi:clocks/wall-clock@0.2.0",
        ];
        assert_eq!(codes(&used, "REGION PRICE_LIST", &all), [""; 0]);
        // Nobody knows what that does.
        assert_eq!(codes(&["acme:files/api"], "REGION PRICE_LIST", &all), [""; 0]);
    }

    #[test]
    fn logging_reaches_nothing() {
        let all = Permissions { folders: vec!["/srv".into()], ..Permissions::default() };
        assert_eq!(codes(&[wit::LOG], "", &all), ["EXT0123"]);
    }

    #[test]
    fn used_and_not_asked() {
        let none = Permissions::default();
        assert_eq!(
            codes(&["wasi:filesystem/types@0.2.0", "wasi:clocks/monotonic-clock@0.2.0"], "", &none),
            [""; 0]
        );
        assert_eq!(
            codes(&["wasi:clocks/wall-clock@0.2.0", "wasi:http/outgoing-handler@0.2.0"], "", &none),
            ["EXT0124", "EXT0124"]
        );
    }
}
