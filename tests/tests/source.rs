//! Source that commands write: what they add builds and runs, and nothing else changes.

use std::path::Path;

use ext_tests::{Scratch, root};
use serde_json::{Value, json};

/// An extension in a folder. All share one target folder, so that each has a name of its own.
fn new_extension(name: &str, more: &[&str]) -> Scratch {
    let scratch = Scratch::new();
    scratch.ext("", &[&["new", name, "--namespace", "acme"], more].concat()).success();
    scratch
}

#[test]
fn what_is_added_checks_and_runs() {
    let scratch = new_extension("added", &[]);
    let before = scratch.read("added/src/lib.rs");
    let ext = |arguments: &[&str]| scratch.ext("added", arguments);
    let price_order = &[
        "action",
        "add",
        "price_order",
        "--in",
        "lines: Vec<Line>",
        "--in",
        "currency: String = \"EUR\"",
        "--out",
        "Price",
        "--error",
        "PricingError",
    ];
    let shown = ext(&[&price_order[..], &["--dry-run"]].concat()).success();
    assert!(shown.out.contains("+pub fn price_order("), "{}", shown.out);
    assert_eq!(scratch.read("added/src/lib.rs"), before);

    let said = ext(price_order).success();
    assert!(said.err.contains("`Line` is not there yet"), "{}", said.err);
    ext(&[
        "structure",
        "add",
        "Line",
        "--field",
        "sku: String",
        "--field",
        "quantity: u32 = 1",
        "--field",
        "unit_price: Decimal",
        "--doc",
        "A line of an order.",
    ])
    .success();
    ext(&["structure", "add", "Price", "--field", "amount: Decimal"]).success();
    ext(&["error", "add", "PricingError", "--case", "Empty", "--case", "UnknownCurrency(String)"])
        .success();
    ext(&["enum", "add", "Color", "--case", "Red", "--case", "Green", "--file", "src/paint.rs"])
        .success();
    ext(&["action", "add", "mix", "--in", "colors: Vec<Color>", "--out", "Color", "--out", "u8"])
        .failure(2, "each needs a name");
    ext(&["action", "add", "mix", "--in", "colors: Vec<Color>", "--out", "Color"]).success();
    // Nothing that was there is gone.
    let after = scratch.read("added/src/lib.rs");
    let mut lines = after.lines();
    for line in before.lines() {
        assert!(lines.any(|it| it == line), "`{line}` is gone:\n{after}");
    }
    ext(&["action", "add", "greet"]).failure(1, "EXT0803");

    ext(&["check", "--deny", "warnings"]).success();
    let greeting = ext(&["run", "greet", "--name", "World"]).success();
    assert_eq!(greeting.out.trim(), "\"Hello, World!\"");
    ext(&["run", "price_order", "--lines", "[]"]).failure(1, "not yet implemented");
    scratch.cargo("added", &["fmt", "--check"]).success();
}

#[cfg(unix)]
#[test]
fn the_editor_opens_at_the_item() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = new_extension("edited", &[]);
    let path = scratch.path().join("nvim");
    std::fs::write(&path, "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$(dirname \"$0\")/said\"\n")
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let open = |arguments: &[&str]| {
        let mut command = scratch.command("edited", arguments);
        command.env("VISUAL", format!("'{}' -R", path.display()));
        ext_tests::Said::from(command.output().expect("cargo-ext starts"))
    };
    open(&["open", "greet"]).success();
    let said = scratch.read("said");
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said[..2], ["-R", "+7"]);
    assert!(said[2].ends_with("edited/src/lib.rs"), "{}", said[2]);
    open(&["open", "farewell"]).failure(1, "EXT0806");
    scratch.edit("nvim", "#!/bin/sh\n", "#!/bin/sh\nexit 3\n");
    open(&["open"]).failure(3, "EXT0807");
}

#[test]
fn its_own_definition_changes_nothing() {
    let scratch = Scratch::new();
    let manifest = root().join("Cargo.toml");
    let here = ["--manifest-path", manifest.to_str().expect("UTF-8"), "-p", "kitchen-sink"];
    for (format, file) in [("json", "own.json"), ("wit", "own.wit")] {
        let own =
            scratch.ext("", &[&["inspect", "--format", format], &here[..]].concat()).success();
        std::fs::write(scratch.path().join(file), own.out).expect("it can be written");
        let said = scratch.ext("", &[&["sync", file, "--dry-run"], &here[..]].concat()).success();
        assert_eq!(said.out.trim(), "", "{format}");
        assert!(said.err.contains("in line already"), "{format}: {}", said.err);
    }
    // What a macro makes is not edited; types are named by the paths that they have.
    let mut wanted: Value = serde_json::from_str(&scratch.read("own.json")).expect("JSON");
    named(&mut wanted["actions"], "echo_color")["description"] = json!("Another one.");
    wanted["actions"].as_array_mut().expect("a list").push(json!({
        "name": "turn", "parameters": [{"name": "page", "type": {"named": "PageLine"}}],
        "result": {"named": "Point"},
    }));
    std::fs::write(scratch.path().join("wanted.json"), wanted.to_string())
        .expect("it can be written");
    let said =
        scratch.ext("", &[&["sync", "wanted.json", "--dry-run"], &here[..]].concat()).success();
    assert!(
        said.err.contains("`echo_color` differs from the definition: its description"),
        "{}",
        said.err
    );
    assert!(said.out.contains("crate::generics::Page<crate::structures::Line>"), "{}", said.out);
    assert!(said.out.contains("-> shapes::Point"), "{}", said.out);
}

/// The element of a list that has a name.
fn named<'v>(list: &'v mut Value, name: &str) -> &'v mut Value {
    let list = list.as_array_mut().expect("a list");
    list.iter_mut().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no `{name}`"))
}

fn definition(scratch: &Scratch) -> Value {
    let said = scratch.ext("changed", &["inspect", "--format", "json"]).success();
    serde_json::from_str(&said.out).expect("JSON")
}

/// Every file of a crate's source.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("src"))
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("a text"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_changed_definition_is_followed() {
    let scratch = new_extension("changed", &["--template", "orders"]);
    // Comments and a layout of their own stay.
    scratch.edit(
        "changed/src/lib.rs",
        "    let total: u64 =",
        "    // In cents,   all of it.\n    let   total: u64 =",
    );
    let before = scratch.read("changed/src/lib.rs");
    let mut wanted = definition(&scratch);
    let action = named(&mut wanted["actions"], "price_order");
    action["name"] = json!("quote_order");
    action["options"] = json!({"renamed_from": "price_order", "group": "Prices"});
    action["description"] = json!("Quotes an order, in cents.\n\nTaxes are not in it.");
    action["parameters"][0]["name"] = json!("positions");
    action["parameters"][0]["rules"] = json!({"renamed_from": "lines", "min_length": 1});
    action["parameters"].as_array_mut().expect("a list").insert(
        1,
        json!({
            "name": "currency", "type": "string", "description": "An ISO 4217 code.",
            "rules": {"default": "EUR", "max_length": 3},
        }),
    );
    wanted["actions"].as_array_mut().expect("a list").push(json!({
        "name": "explain",
        "description": "Says how a price came to be.",
        "parameters": [{"name": "type", "type": {"option": {"named": "Kind"}}}],
        "result": {"map": ["string", {"named": "Reason"}]},
        "error": {"named": "PricingError"},
    }));
    let types = wanted["types"].as_array_mut().expect("a list");
    types.push(
        json!({"name": "Kind", "kind": "enum", "cases": [{"name": "Short"}, {"name": "Long"}]}),
    );
    types.push(
        json!({"name": "Reason", "kind": "structure", "description": "One step.", "fields": [
            {"name": "amount", "type": "decimal", "rules": {"min": 0}},
            {"name": "kind", "type": {"named": "Kind"}, "rules": {"default": "Short"}},
        ]}),
    );
    named(&mut named(&mut wanted["types"], "Line")["fields"], "quantity")["rules"] =
        json!({"min": 1});
    let cases =
        named(&mut wanted["types"], "PricingError")["cases"].as_array_mut().expect("a list");
    let no_quantity = cases.pop().expect("a case");
    cases.push(json!({"name": "UnknownCurrency", "type": "string", "message": "no rates for {0}"}));
    std::fs::write(scratch.path().join("changed/wanted.json"), wanted.to_string())
        .expect("it can be written");

    let ext = |arguments: &[&str]| scratch.ext("changed", arguments);
    let shown = ext(&["sync", "wanted.json", "--dry-run"]).success();
    assert!(shown.out.contains("+pub fn quote_order("), "{}", shown.out);
    assert_eq!(scratch.read("changed/src/lib.rs"), before);

    let said = ext(&["sync", "wanted.json"]).success();
    for text in ["3 added", "EXT0810", "`NoQuantity`", "EXT0811"] {
        assert!(said.err.contains(text), "{text}: {}", said.err);
    }
    assert_eq!(scratch.read("changed/src/lib.rs.orig"), before);
    let after = scratch.read("changed/src/lib.rs");
    for text in [
        "    // In cents,   all of it.\n    let   total: u64 = positions.iter()",
        "if positions.is_empty() {",
        "assert_eq!(quote_order(lines.clone(), None), Ok(2000));",
        "line orders nothing",
        "#[ext_action(group = \"Prices\", renamed_from = \"price_order\")]",
    ] {
        assert!(after.contains(text), "`{text}` is not in:\n{after}");
    }

    // The crate is now what was wanted, and what was kept.
    ext(&["check"]).success();
    scratch.cargo("changed", &["fmt", "--check"]).failure(1, "");
    let mut is = definition(&scratch);
    let cases =
        named(&mut wanted["types"], "PricingError")["cases"].as_array_mut().expect("a list");
    cases.insert(1, no_quantity);
    for list in ["actions", "types"] {
        wanted[list].as_array_mut().expect("a list").sort_by_key(|it| it["name"].to_string());
    }
    // Descriptions that nobody wrote are made of names.
    for value in [&mut is, &mut wanted] {
        let kind = named(&mut value["types"], "Kind");
        kind["description"] = json!("");
        for case in kind["cases"].as_array_mut().expect("a list") {
            case["description"] = json!("");
        }
        for field in named(&mut value["types"], "Reason")["fields"].as_array_mut().expect("a list")
        {
            field["description"] = json!("");
        }
        named(&mut value["actions"], "explain")["parameters"][0]["description"] = json!("");
        named(&mut named(&mut value["types"], "PricingError")["cases"], "UnknownCurrency")["description"] =
            json!("");
    }
    assert_eq!(is, wanted);

    // Twice is once.
    let once = sources(&scratch.path().join("changed"));
    ext(&["sync", "wanted.json"]).success();
    assert_eq!(sources(&scratch.path().join("changed")), once);
}

#[test]
fn a_world_from_elsewhere_becomes_an_extension() {
    let scratch = new_extension("imported", &[]);
    let world = "\
package acme:orders@0.1.0;

interface actions {
  type decimal = string;

  /// A line of an order.
  record line {
    sku: string,
    %type: u8,
  }

  variant pricing-error { empty, unknown-currency(string) }

  /// Greets somebody.
  greet: func(name: string, loudly: bool) -> string;

  /// Prices an order.
  price-order: func(lines: list<line>, rates: list<tuple<string, decimal>>) -> result<decimal, pricing-error>;
}

world extension {
  export actions;
}
";
    std::fs::write(scratch.path().join("imported/world.wit"), world).expect("it can be written");
    let ext = |arguments: &[&str]| scratch.ext("imported", arguments);
    ext(&["sync", "world.wit"]).success();
    ext(&["check", "--deny", "warnings"]).success();
    let text = scratch.read("imported/src/lib.rs");
    assert!(text.contains("format!(\"Hello, {name}!\")"), "{text}");
    // A map in the source is a list of pairs in WIT.
    scratch.edit(
        "imported/src/lib.rs",
        "rates: Vec<(String, ext_runtime::Decimal)>",
        "rates: std::collections::BTreeMap<String, ext_runtime::Decimal>",
    );
    let once = sources(&scratch.path().join("imported"));
    let said = ext(&["sync", "world.wit"]).success();
    assert!(said.err.contains("in line already"), "{}", said.err);
    assert_eq!(sources(&scratch.path().join("imported")), once);

    std::fs::write(
        scratch.path().join("imported/world.wit"),
        world.replace("list<line>", "stream<line>"),
    )
    .expect("it can be written");
    ext(&["sync", "world.wit"]).failure(1, "world.wit:18");
    std::fs::write(scratch.path().join("imported/no.json"), "{").expect("it can be written");
    ext(&["sync", "no.json"]).failure(1, "no.json");
    scratch.edit("imported/src/lib.rs", "lines: Vec<Line>", "lines: Vec<Nope>");
    std::fs::write(scratch.path().join("imported/world.wit"), world).expect("it can be written");
    ext(&["sync", "world.wit"]).failure(1, "does not build");
}
