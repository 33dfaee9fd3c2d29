//! Whole libraries, from C# to Rust. `EXT_BLESS=1` writes what is expected anew.

use std::path::{Path, PathBuf};

use super::{Migration, migrate, migrate_texts};

mod descriptions;
mod types;
mod versions;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrate").join(name)
}

/// Files that are not on a disk.
fn of(files: &[(&str, &str)]) -> Option<Migration> {
    migrate_texts(files.iter().copied()).ok()
}

#[track_caller]
fn is_rust(source: &str) -> syn::File {
    match syn::parse_file(source) {
        Ok(file) => file,
        Err(error) => panic!("{error} in:\n{source}"),
    }
}

#[track_caller]
fn expect(file: &str, text: &str) {
    let path = folder(file);
    if std::env::var_os("EXT_BLESS").is_some() {
        std::fs::write(&path, text).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the file is there");
    // A checkout may have other ends of lines.
    assert_eq!(text, expected.replace("\r\n", "\n"), "{file}");
}

#[test]
fn both_dialects_in_full() {
    for (dialect, name, actions) in [("o11", "Warehouse_Tools", 7), ("odc", "PriceLists", 10)] {
        let found = migrate(&folder(dialect)).expect("a library");
        assert_eq!((found.name.as_str(), found.actions), (name, actions));
        is_rust(&found.source);
        assert!(found.features.contains(&"decimal") && found.features.contains(&"date-time"));
        expect(&format!("{dialect}.rs.txt"), &found.source);
        expect(&format!("{dialect}.md"), &found.report);
    }
}

const ODC: &str = "[OSInterface] public interface IA { [OSAction] string B(int c); }";

#[test]
fn sources_are_written_in_many_ways() {
    let same = of(&[("a.cs", ODC)]).expect("a library").source;
    assert!(same.contains("pub fn b(c: i32) -> String {\n    todo!(\"the body of a.cs:1\")"));
    for text in [
        format!("\u{feff}{ODC}"),
        format!("namespace A.B {{ namespace C {{ class D {{ {ODC} }} }} }}"),
        format!("namespace A; {ODC}"),
        ODC.replace(
            "[OSInterface]",
            "[global::OutSystems.ExternalLibraries.SDK.OSInterfaceAttribute()]",
        ),
        ODC.replace(
            "[OSAction]",
            "[Obsolete(\"x\"), OSAction, Unknown(1, typeof(int), X = new[] { 1 })]",
        ),
        format!(
            "#if NET8_0\n#nullable enable\n#pragma warning disable\n#endif\nusing A = B.C<D>; {}",
            ODC
        ),
        ODC.replace("string B(int c)", "global::System.String B(in System.Int32 c)"),
        ODC.replace("string B(int c)", "Task<string> B(Int32 @c)"),
    ] {
        let found = of(&[("a.cs", &text)]).expect(&text).source;
        let body = |source: &str| source.split("todo!").next().map(str::to_owned);
        assert_eq!(body(&found), body(&same), "{text}");
    }
    let crlf = ODC.replace(' ', "\r\n");
    is_rust(&of(&[("a.cs", &crlf)]).expect("a library").source);
}

#[test]
fn what_is_missing_or_broken_is_noted() {
    let broken =
        "[OSInterface] public interface IA { void B(Unknown<int, X> c, Missing d); int ] }";
    let found = of(&[("a.cs", broken), ("b.cs", "class {{{ (((")]).expect("a library");
    is_rust(&found.source);
    assert!(found.source.contains("pub fn b(c: String, d: String)"), "{}", found.source);
    assert!(found.report.contains("- [ ] `B.c` is `Unknown<int, X>` in C# (`a.cs:1`)"));
    assert!(found.report.contains("`a.cs:1`: is not understood here"), "{}", found.report);

    // O11 without the files of its structures.
    let interface = "interface IssX { void MssA(RCBRecord ssB, RLCRecordList ssC); }";
    let found = of(&[("Interface.cs", interface)]).expect("a library");
    assert!(found.source.contains("pub fn a(b: String, c: Vec<String>)"), "{}", found.source);
    // A list of itself, which no generator writes.
    let list = "class RLARecordList: GenericRecordList<RLARecordList> { } struct RCARecord { }";
    let interface_of_list = "interface IssX { void MssA(RLARecordList ssA); }";
    let found = of(&[("a.cs", list), ("b.cs", interface_of_list)]).expect("a library");
    assert!(found.source.contains("pub fn a(a: Vec<"), "{}", found.source);
    // With entities only.
    let entities = "namespace OutSystems.NssX { interface IssX { } struct ENAEntityRecord { } }";
    let found = of(&[("all.cs", entities)]).expect("a library");
    is_rust(&found.source);
    assert!(
        found.report.contains("have no action, and an extension needs one"),
        "{}",
        found.report
    );

    for none in ["", "class A { }", "interface IssueTracker { void Mark(); }"] {
        assert!(of(&[("a.cs", none)]).is_none(), "{none}");
    }
    assert!(of(&[("a.cs", ODC), ("b.cs", interface)]).is_none());
}

#[test]
fn copies_and_partial_types_count_once() {
    let interface = "interface IssX { void MssA(); }";
    let old = "interface IssX { void MssOld(); }";
    let found = of(&[
        ("Backups/Interface.2020.cs", old),
        ("Source/NET/Interface.cs", interface),
        ("Templates/NET/Interface.cs", old),
    ]);
    let found = found.expect("a library");
    assert_eq!((found.actions, found.source.contains("pub fn old")), (1, false));
    assert!(found.report.contains("is a copy"));
    let only = of(&[("X/Templates/NET/Interface.cs", interface)]).expect("a library");
    assert_eq!(only.actions, 1);
    // Only the class was published; its interface is made anew by the platform.
    let class = "/// <summary>Adds</summary>\npublic class CssX: IssX { public void MssA(int ssOne, out int ssTwo) { } \
                 public void Helper() { } private void MssB() { } }";
    let found = of(&[("X.cs", class), ("Backups/X.2020.cs", &class.replace("MssA", "MssOld"))]);
    let found = found.expect("a library");
    assert_eq!((found.name.as_str(), found.actions), ("X", 1));
    assert!(found.source.contains("pub fn a(one: i32) -> i32 {"), "{}", found.source);
    let both = of(&[("X.cs", class), ("Templates/NET/Interface.cs", interface)]);
    assert_eq!(both.expect("a library").actions, 1);
    let twice = of(&[("a/a.cs", ODC), ("b/a.cs", ODC)]).expect("a library");
    assert_eq!(twice.actions, 1);
}

#[test]
fn nothing_in_a_text_can_break_the_source() {
    let text = r#"
        [OSInterface(Name = "a\"*/ `#", Description = "one\r\ntwo ``` three\n    four */ \u2028 five")]
        public interface IA {
            [OSAction(Description = "a\0b", ReturnName = "{}", ReturnDescription = "\\")]
            string Überfall([OSParameter(Description = "\"; }")] string fn, string Fn, string _, string 日本 = "\"\n");
            void Überfall(int other);
        }"#;
    let found = of(&[("{} \"odd\".cs", text)]).expect("a library");
    let file = is_rust(&found.source);
    assert!(file.items.len() >= 3);
    assert!(found.source.contains("pub fn uberfall_2(other: i32)"), "{}", found.source);
    assert!(found.source.contains("    r#fn: String,\n    fn_2: String,\n    value: String,"));
}

/// Depth and size are bounded by the machine, not by the stack.
#[test]
fn deep_and_large_sources_end() {
    let deep = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    let lists = format!("{}int{}", "List<".repeat(3_000), ">".repeat(3_000));
    let sum = vec!["\"a\""; 20_000].join(" + ");
    let fields: String = (0..3_000)
        .map(|it| format!("public struct S{it} {{ public S{} Next; }}", it + 1))
        .collect();
    let parameters = (0..3_000).map(|it| format!("int p{it}")).collect::<Vec<_>>().join(", ");
    for text in [
        ODC.replace("int c", &format!("{lists} c")),
        ODC.replace("[OSAction]", &format!("[OSAction(Description = {sum})]")),
        ODC.replace("int c", &parameters),
        format!("{ODC} {}", deep("namespace A { ", "}", 2_000)),
        format!("{ODC} class X {{ int y = {}; }}", deep("(", ")", 20_000)),
        format!("{ODC} class X {{ {}", deep("{ ", "", 20_000)),
        format!("{} {fields}", ODC.replace("int c", "S0 c")),
    ] {
        let found = of(&[("a.cs", &text)]);
        if let Some(found) = found {
            assert!(found.source.contains("ext_action"));
        }
    }
}

/// Every start of a source, and every source with a piece cut out, gives an end.
#[test]
fn pieces_of_sources_never_panic() {
    for dialect in
        ["o11/Interface.cs", "o11/Entities.cs", "odc/IPricing.cs", "odc/Structures/Order.cs"]
    {
        let text = std::fs::read_to_string(folder(dialect)).expect("the file is there");
        for at in (0..text.len()).step_by(61).filter(|&at| text.is_char_boundary(at)) {
            let end = (at + 97..).find(|&it| it >= text.len() || text.is_char_boundary(it));
            let cut =
                format!("{}{}", &text[..at], text.get(end.unwrap_or(at)..).unwrap_or_default());
            for piece in [&text[..at], &text[at..], &cut] {
                if let Some(found) = of(&[("a.cs", piece), ("b.cs", ODC)]) {
                    is_rust(&found.source);
                }
            }
        }
    }
}
