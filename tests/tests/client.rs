//! A generated client of the kitchen sink: it compiles, its values cross, and its calls keep
//! to the rules of the definition: in the application's process, and on a server.

use ext_definition::doc;
use ext_definition::model::{Action, Extension};
use ext_tests::{Scratch, Server, build_extension, root};
use serde_json::json;

const MAIN: &str = r#"//! Calls the kitchen sink.

mod extensions {
    ext_host::extensions!();
}

use ext_host::types::{Date, Decimal, Email};
use ext_host::{Error, Host};
use extensions::kitchen_sink::{Color, Currency, Customer, KitchenSink};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sink = KitchenSink::load(&Host::new()?)?;

    let date: Date = "2026-11-23".parse()?;
    assert_eq!(sink.echo_date(&date)?, date);
    assert!("2026-02-30".parse::<Date>().is_err());
    let amount: Decimal = "12.50".parse()?;
    let price = Currency { amount, code: "EUR".into() };
    assert_eq!(sink.echo_currency(&price)?, price);
    let email: Email = "ada@example.com".parse()?;
    assert_eq!(sink.echo_email(&email)?.as_str(), "ada@example.com");
    let stock: ext_host::Map<Color, u32> = [(Color::Red, 1), (Color::Green, 2)].into_iter().collect();
    assert_eq!(sink.echo_color_map(&stock)?, stock);
    assert_eq!(sink.echo_array(&[1.0, 2.0, 3.0])?, [1.0, 2.0, 3.0]);
    assert_eq!(sink.divide(7, 2)?, (3, 1));

    let mut customer = Customer {
        full_name: "Ada".into(),
        tax_number: Some("PT1".into()),
        discount: 2.5,
        pin: "1234".into(),
    };
    let json = serde_json::to_value(&customer)?;
    assert_eq!(json["fullName"], "Ada");
    let words = ["a".to_owned()];
    println!("{}", sink.describe_customer(&customer, 1, "", Color::Green, &words)?);

    customer.tax_number = Some("pt".into());
    customer.discount = 50.25;
    match sink.describe_customer(&customer, 0, "-----", Color::Red, &words) {
        Err(Error::Arguments(found)) => found.iter().for_each(|it| println!("{it}")),
        other => panic!("{other:?}"),
    }
    for wrong in [
        sink.echo_array(&[1.0]).err(),
        sink.echo_currency(&Currency { code: "euro".into(), ..price }).err().map(|it| match it {
            Error::Arguments(found) => Error::Arguments(found),
            other => panic!("{other}"),
        }),
    ] {
        println!("{}", wrong.expect("a rule is broken"));
    }
    Ok(())
}
"#;

const SAID: &str = "\
Ada/PT1/2.5/4/7/green/[\"a\"]
`customer.taxNumber` must match the pattern [A-Z]{2}[0-9]+
`customer.discount` must be at most 50
`customer.discount` must have at most 1 decimals
`times` must be at least 1
`separator` must have at most 4 characters, not 5
arguments do not fit: `value` must have at least 3 elements
arguments do not fit: `value.code` must match the pattern [A-Z]{3}
";

/// The calls that the documentation shows, each in a function of its own: they compile.
fn examples() -> String {
    let manifest = build_extension("kitchen-sink").with_extension("json");
    let manifest = std::fs::read(manifest).expect("a manifest");
    let extension = Extension::from_json(&manifest).expect("a definition");
    let function = |(index, action): (usize, &Action)| {
        let call = doc::rust_call(&extension, action).expect("a call");
        format!(
            "#[allow(dead_code, deprecated, unused_variables)]\n\
             fn example_{index}() -> Result<(), Box<dyn std::error::Error>> {{\n{call}\nOk(())\n}}\n"
        )
    };
    extension.actions.iter().enumerate().map(function).collect()
}

#[test]
fn a_generated_client_keeps_to_the_rules() {
    let scratch = Scratch::new();
    let server = Server::of_example(&scratch, "kitchen-sink", &json!({}));

    let app = scratch.path().join("app");
    std::fs::create_dir_all(app.join("src")).expect("a folder");
    let write = |file: &str, text: &str| std::fs::write(app.join(file), text).expect("written");
    write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nserde_json = \"1\"\n\n[workspace]\n",
    );
    write("src/main.rs", &format!("{MAIN}\n{}", examples()));
    std::fs::copy(root().join("Cargo.lock"), app.join("Cargo.lock")).expect("a copy");
    scratch.ext("app", &["add", "example:kitchen-sink"]).success();
    let said = scratch.cargo("app", &["run", "--quiet"]).success();
    assert_eq!(said.out, SAID);
    assert!(!said.err.contains("warning"), "{}", said.err);

    // The same application, with its extension on a server: Cargo.toml alone says so.
    let metadata = "[package.metadata.ext]\nserver = ";
    let named = format!("{metadata}\"{}\"\n\n[package.metadata.ext.dep", server.address);
    scratch.edit("app/Cargo.toml", "[package.metadata.ext.dep", &named);
    let said = scratch.cargo("app", &["run", "--quiet"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("cargo add ext-host --features remote"), "{}", said.err);
    let calls = || server.get("/api/calls").ok().as_array().map_or(0, Vec::len);
    assert_eq!(calls(), 0);

    scratch.cargo("app", &["add", "--quiet", "ext-host", "--features", "remote"]).success();
    let said = scratch.cargo("app", &["run", "--quiet"]).success();
    assert_eq!(said.out, SAID);
    assert!(!said.err.contains("warning"), "{}", said.err);
    // Those that keep to the rules; they are written down a moment later.
    while calls() < 7 {
        std::thread::yield_now();
    }
    assert_eq!(calls(), 7);

    scratch.edit("app/Cargo.toml", &server.address, "ftp://example.com");
    let said = scratch.cargo("app", &["build"]);
    assert!(said.err.contains("[EXT0112]") && said.err.contains("Cargo.toml:7:10"), "{}", said.err);
}
