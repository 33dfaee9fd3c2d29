//! From an extension of another platform to one that builds.

use ext_tests::{Scratch, root};

#[test]
fn migrated_extensions_compile_and_keep_their_definition() {
    let scratch = Scratch::new();
    let sources = root().join("crates/ext-migrate/tests/migrate");
    let sources = |dialect: &str| sources.join(dialect).to_str().expect("UTF-8").to_owned();

    let arguments =
        ["migrate", "outsystems", &sources("o11"), "--namespace", "acme", "--output", "stock"];
    let said = scratch.ext("", &arguments).success();
    assert!(
        said.err.contains("Migrated acme:warehouse-tools with 7 actions and 5 structures"),
        "{}",
        said.err
    );
    assert!(scratch.read("stock/MIGRATION.md").contains("is the table `[Shop].[dbo].[Customer]`"));
    let inspected = scratch.ext("stock", &["inspect", "--debug"]).success().out;
    for part in ["acme:warehouse-tools", "stock_open", "binary_data", "Puts an article aside."] {
        assert!(inspected.contains(part), "`{part}` is not in:\n{inspected}");
    }
    // A folder is never written to twice.
    let before = scratch.read("stock/src/lib.rs");
    scratch.ext("", &arguments).failure(1, "EXT0704");
    assert_eq!(scratch.read("stock/src/lib.rs"), before);

    scratch.ext("", &["migrate", "outsystems", &sources("odc"), "--namespace", "acme"]).success();
    let inspected = scratch.ext("price-lists", &["inspect", "--debug"]).success().out;
    for part in ["price_order", "TryParseResult", "Prices an order.", "An order"] {
        assert!(inspected.contains(part), "`{part}` is not in:\n{inspected}");
    }
    // Nothing in the source warns.
    let said = scratch.cargo("price-lists", &["check", "--quiet", "--lib"]).success();
    assert_eq!(said.err, "");

    scratch.ext("", &["migrate", "outsystems", "nowhere"]).failure(1, "EXT0701");
    std::fs::create_dir(scratch.path().join("other")).expect("a folder");
    std::fs::write(scratch.path().join("other/a.cs"), "class A { }").expect("written");
    scratch.ext("", &["migrate", "outsystems", "other"]).failure(1, "EXT0702");
    scratch.ext("", &["migrate", "outsystems", &sources("")]).failure(1, "EXT0703");
    scratch.ext("", &["migrate", "outsystems"]).failure(2, "PATH");
}
