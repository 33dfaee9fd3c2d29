//! What is read, and what is refused.

use super::*;

fn codes(text: &str) -> Vec<String> {
    let found = read(text, "x.wit").unwrap_err();
    found.iter().map(|it| format!("{}@{}", it.code, it.places[0].line)).collect()
}

#[test]
fn what_we_write_is_read() {
    let text = "\
package acme:orders@1.2.0;

interface actions {
  type decimal = string;
  type sku = string;
  /// A line.
  record line {
    /// Which.
    sku: sku, %type: decimal,
    labels: list<tuple<string, u8>>,
  }
  enum price-type { low, %list }
  variant why { empty, unknown-currency(tuple<string, u8>) }
  use-it: func(l: line) -> result<_, why>;
  /// Prices.
  price: func(lines: list<line>, at: option<price-type>) -> result<decimal>;
  nothing: func();
}

world extension { import other; export actions; }
interface other { }
";
    let extension = read(text, "x.wit").unwrap();
    let names: Vec<&str> = extension.types.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Line", "Price", "Why"]);
    let price = extension.action("price").unwrap();
    assert_eq!(price.description, "Prices.");
    assert_eq!(price.parameters[1].ty.to_string(), "option<Price>");
    assert_eq!((&price.result, &price.error), (&Some(Type::Decimal), &Some(Type::Unit)));
    let Kind::Structure { fields } = &extension.types[0].kind else { panic!() };
    assert_eq!(fields[1], Field::new("type", Type::Decimal));
    assert_eq!(fields[0].ty, Type::String);
    // And what was read can be written and read again.
    let again = read(&crate::wit::render(&extension), "y.wit").unwrap();
    assert_eq!(again, extension);
}

#[test]
fn what_no_extension_has_is_said_with_its_line() {
    let text = "package a:b;\ninterface actions {\n  resource r;\n  flags f { a }\n  \
                x: func(r: own<r>) -> stream<u8>;\n  y: async func();\n}\n";
    assert_eq!(codes(text), ["EXT0809@3", "EXT0809@4", "EXT0809@5", "EXT0809@5", "EXT0809@6"]);
    assert_eq!(codes("package a:b;\ninterface x {\n  f: func(a: nope);\n}"), ["EXT0808@3"]);
    assert_eq!(codes("package a:b;\nworld x {}"), ["EXT0808@0"]);
    assert_eq!(codes(""), ["EXT0808@0"]);
}

#[test]
fn empty_comments_are_read() {
    let text = "package a:b;/**/\ninterface actions {/**/\n  /**/ f: func(a: u8, /**/ b: nope);\n}";
    let found = read(text, "x.wit").unwrap_err();
    assert_eq!((found[0].places[0].line, found[0].places[0].column), (3, 31));
    let extension = read(&text.replace("nope", "u8"), "x.wit").unwrap();
    assert_eq!(extension.actions[0].parameters.len(), 2);
}

#[test]
fn aliases_that_double_end() {
    let mut text = String::from("package a:b;\ninterface actions {\n  type a0 = u8;\n");
    for index in 1..40 {
        let of = index - 1;
        text.push_str(&format!("  type a{index} = tuple<a{of}, a{of}>;\n"));
    }
    text.push_str("  f: func(a: a39);\n}\n");
    assert!(codes(&text).iter().all(|it| it.starts_with("EXT0809")));
}

#[test]
fn rubbish_gives_messages() {
    let good = "package a:b@1.0.0; interface actions { record r { a: list<u8> } \
                f: func(a: r) -> result<_, string>; } world w { export actions; }";
    for cut in 0..good.len() {
        let _ = read(&good[..cut], "x.wit");
        let _ = read(&format!("{}{{<%@:\u{0}é{}", &good[..cut], &good[cut..]), "x.wit");
    }
    for deep in ["list<", "(", "{", "/*", "tuple<u8,", "%"] {
        let text = format!("package a:b; interface actions {{ f: func(a: {}", deep.repeat(50_000));
        assert!(read(&text, "x.wit").is_err());
    }
}
