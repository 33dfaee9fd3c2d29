//! Texts of attributes and comments: what they are made of, and what a reader is told.

use super::of;

/// The source and the report of a library whose one action has the attribute's arguments.
fn described(arguments: &str, more: &str) -> (String, String) {
    let text = format!(
        "[OSInterface] public interface IA {{ [OSAction({arguments})] string B(int c); }} {more}"
    );
    let found = of(&[("a.cs", &text)]).expect("a library");
    (found.source, found.report)
}

#[test]
fn interpolated_texts_of_constants_are_read() {
    let constants = r#"public static class Limits {
        public const int Rows = 500;
        public const string Unit = "rows";
        public const string Most = $"{Rows} {Unit}";
        public const string Alias = Limits.Most;
    }"#;
    for (value, expected) in [
        (r#"$"At most {Limits.Rows} {Limits.Unit}.""#, "At most 500 rows."),
        (r#"$"At most {Limits.Alias}, \"in all\" {{x}}""#, "At most 500 rows, \"in all\" {x}"),
        (r#"$@"At ""most"" {Limits.Most}""#, "At \"most\" 500 rows"),
        (r#""At most " + Limits.Rows + " " + Limits.Unit"#, "At most 500 rows"),
        (r#"$"""At "most" {nameof(Limits.Rows)}!""""#, "At \"most\" Rows!"),
        (r#"$"no hole""#, "no hole"),
    ] {
        let (source, report) = described(&format!("Description = {value}"), constants);
        assert!(source.contains(&format!("/// {expected}\n")), "{value}:\n{source}");
        assert!(!report.contains("constant text"), "{value}:\n{report}");
    }
}

#[test]
fn texts_that_are_not_constant_are_reported() {
    for value in ["$\"{DateTime.Now}\"", "$\"{Limits.Rows:N2}\"", "1 + 2", "Elsewhere.Text"] {
        let (source, report) = described(&format!("Description = {value}"), "");
        assert!(source.contains("pub fn b(c: i32) -> String"), "{source}");
        assert!(
            report.contains("`OSAction` has a `Description` that is not a constant"),
            "{report}"
        );
    }
    // Constants in a circle, and ones that grow without an end.
    let tripled: String =
        (1..40).map(|it| format!("const string C{it} = C{0} + C{0} + C{0};", it - 1)).collect();
    let bombs = format!(
        "class X {{ const string A = B + \"\"; const string B = A + \"\"; \
         const string C0 = \"\"; {tripled} }}"
    );
    for value in ["X.A", "X.C39", "X.C14"] {
        let (_, report) = described(&format!("Description = {value}"), &bombs);
        assert!(report.contains("is not a constant text"), "{value}: {report}");
    }
}

#[test]
fn a_quote_is_a_character() {
    let text = r"[OSInterface] public interface IA {
        string B(char c = '\'', char d = '\\', char e = 'x');
    }";
    let source = of(&[("a.cs", text)]).expect("a library").source;
    for expected in [r"default = '\''", r"default = '\\'", "default = 'x'"] {
        assert!(source.contains(expected), "{expected}:\n{source}");
    }
}

/// The generator breaks lines anywhere; an editor removes the space at the end of one.
#[test]
fn lines_of_generated_comments_are_joined() {
    let structure = |first: &str, second: &str| {
        let text = format!(
            "interface IssX {{ void MssA(STBStructure ssB); }}\n/// <summary>\n\
             /// Structure <code>STBStructure</code> that represents the Service Studio structure\n\
             ///  <code>B</code> <p> Description: {first}\n/// {second}</p>\n/// </summary>\n\
             public struct STBStructure {{ public string ssC; }}"
        );
        let found = of(&[("a.cs", &text)]).expect("a library");
        (found.source, found.report)
    };
    for (first, second, expected, is_noted) in [
        ("All formats that ca", "n apply.", "All formats that can apply.", true),
        ("All formats that", " can apply.", "All formats that can apply.", false),
        ("All formats that ", "can apply.", "All formats that can apply.", false),
        ("A file in the cloud", ", with its name.", "A file in the cloud, with its name.", false),
        ("A file,", "with its name.", "A file, with its name.", false),
        ("One sentence.", "And another.", "One sentence. And another.", false),
    ] {
        let (source, report) = structure(first, second);
        assert!(source.contains(&format!("/// {expected}\n")), "{first}|{second}:\n{source}");
        assert_eq!(report.contains("it may lack a space"), is_noted, "{first}|{second}:\n{report}");
    }
}
