//! The importer of C# sources.

use ext_migrate::migrate_texts;

/// Sources, several with a line `//---` between them: what is made of them is Rust.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = text.split("\n//---\n").map(|text| ("A.cs", text));
    if let Ok(migration) = migrate_texts(files)
        && let Err(error) = syn::parse_file(&migration.source)
    {
        panic!("the source is not Rust: {error}\n{}", migration.source);
    }
}
