//! What is declared more than once: parts, copies, versions, branches; and types that have the
//! name of one of .NET.

use super::{migrate_texts, of};

#[test]
fn versions_are_refused_and_copies_are_not() {
    let refused = |files: &[(&str, &str)]| {
        let error = migrate_texts(files.iter().copied()).err().expect("two versions");
        assert_eq!(error.code, ext_definition::code::SEVERAL_LIBRARIES);
        error.message
    };
    let interface = "interface IssX { void MssA(STBStructure ssB); }";
    let structure = "public partial struct STBStructure { public string ssC; }";
    let wider = "public partial struct STBStructure { public string ssC; public int ssD; }";
    // Another action, another parameter, another field of a structure.
    for newer in [
        "interface IssX { void MssA(STBStructure ssB); void MssNew(); }",
        "interface IssX { void MssA(STBStructure ssB, int ssMore); }",
    ] {
        let files = [("v1/Interface.cs", interface), ("v2/Interface.cs", newer)];
        assert_eq!(refused(&files), "the C# files declare two versions of `IssX`");
    }
    let files = [
        ("v1/Interface.cs", interface),
        ("v1/Structures.cs", structure),
        ("v2/Interface.cs", interface),
        ("v2/Structures.cs", wider),
    ];
    assert_eq!(refused(&files), "the C# files declare two versions of `STBStructure`");
    let odc = "[OSInterface] public interface IA { [OSAction] string B(int c); }";
    let other = odc.replace("int c", "long c");
    assert_eq!(
        refused(&[("1/a.cs", odc), ("2/a.cs", &other)]),
        "the C# files declare two versions of `IA`"
    );

    // The same in two folders, real parts, and an unrelated type that is there twice.
    let part = "public partial struct STBStructure { public int ssD; }";
    let found = of(&[
        ("a/Interface.cs", interface),
        ("a/Structures.cs", structure),
        ("a/More.cs", part),
        ("a/Program.cs", "class Program { int a; }"),
        ("b/Interface.cs", interface),
        ("b/Structures.cs", structure),
        ("b/More.cs", part),
        ("b/Program.cs", "class Program { int b; }"),
    ]);
    let source = found.expect("a library").source;
    assert!(source.contains("pub c: String") && source.contains("pub d: i32"), "{source}");
    assert_eq!(source.matches("pub fn a(").count(), 1);
}

#[test]
fn the_first_branch_of_a_condition_counts() {
    let text = "#if NET8_0\npublic struct B { public int C; }\n#else\npublic struct B { public long D; }\n\
                public struct E { public int F; }\n#endif\n\
                [OSInterface] public interface IA {\n#if DEBUG\n B One(int a);\n B One(long b);\n\
                #elif TEST\n B One(string a, int b);\n#else\n B One();\n E Two();\n#endif\n}";
    let found = of(&[("a.cs", text)]).expect("a library");
    assert_eq!(found.actions, 3, "{}", found.source);
    for expected in ["pub fn one(a: i32)", "pub fn one_2(b: i64)", "pub fn two()", "pub c: i32"] {
        assert!(found.source.contains(expected), "{expected}:\n{}", found.source);
    }
    assert!(!found.source.contains("pub d:"), "{}", found.source);
    for (name, line) in [("B", 4), ("One", 12), ("One", 14)] {
        let note =
            format!("`{name}` is in both branches of an `#if`; the first was read (`a.cs:{line}`)");
        assert!(found.report.contains(&note), "{note}:\n{}", found.report);
    }
}

#[test]
fn private_fields_with_attributes_are_reported() {
    let text = "[OSStructure] public struct B { [OSStructureField] private int Hidden; \
                [OSStructureField] public int Seen; int Own; } \
                [OSInterface] public interface IA { B C(); }";
    let found = of(&[("a.cs", text)]).expect("a library");
    assert!(found.source.contains("pub seen: i32") && !found.source.contains("hidden"));
    assert!(found.report.contains("`B.Hidden` is not public in C#"), "{}", found.report);
    assert!(!found.report.contains("B.Own"), "{}", found.report);
}

#[test]
fn own_types_with_names_of_dotnet_are_told_apart() {
    let library = "namespace Acme.Api { [OSInterface] public interface IA { DateTime One(); \
                   System.DateTime Two(); Clock.DateTime Three(); } }";
    let own = "namespace Acme.Clock { public struct DateTime { public int Ticks; } }";
    let source = |library: &str, own: &str| {
        let found = of(&[("a.cs", library), ("b.cs", own)]).expect("a library");
        super::is_rust(&found.source);
        found.source
    };
    let found = source(library, own);
    for expected in [
        "one() -> DateTime ",
        "two() -> DateTime ",
        "three() -> DateTimeStructure ",
        "pub ticks: i32",
    ] {
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
    // Opened, in an enclosing namespace, or by another name.
    for (library, own) in [
        (format!("using Acme.Clock; {library}"), own.to_owned()),
        (library.to_owned(), format!("global using Acme.Clock; {own}")),
        (format!("using DateTime = Acme.Clock.DateTime; {library}"), own.to_owned()),
        (library.to_owned(), own.replace("Acme.Clock", "Acme")),
    ] {
        let found = source(&library, &own);
        assert!(found.contains("one() -> DateTimeStructure "), "{library} {own}:\n{found}");
        assert!(found.contains("two() -> DateTime "), "{library} {own}:\n{found}");
    }
}
