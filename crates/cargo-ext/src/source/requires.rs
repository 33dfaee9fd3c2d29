//! The features of `ext-runtime` that types need, and how Cargo.toml gets them.

use std::collections::BTreeSet;

use cargo_metadata::Package;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

/// The feature behind which `ext_runtime` has a type of this name, if it is behind one.
pub fn feature(name: &str) -> Option<&'static str> {
    match name {
        "Decimal" | "Currency" => Some("decimal"),
        "Date" | "Time" | "DateTime" | "Duration" => Some("date-time"),
        "Uuid" => Some("uuid"),
        "Url" => Some("url"),
        "Json" => Some("json"),
        _ => None,
    }
}

/// Those of the features that a package does not activate yet.
pub fn missing(package: &Package, wanted: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let runtime = package.dependencies.iter().filter(|it| it.name == "ext-runtime");
    let active: BTreeSet<&str> =
        runtime.flat_map(|it| it.features.iter().map(String::as_str)).collect();
    wanted.iter().copied().filter(|it| !active.contains(it)).collect()
}

/// Cargo.toml with the features added; nothing where `ext-runtime` is written in a way that
/// has no place for them.
pub fn with_features(manifest: &str, features: &[&str]) -> Option<String> {
    let mut document: DocumentMut = manifest.parse().ok()?;
    let runtime = document.get_mut("dependencies")?.as_table_like_mut()?.get_mut("ext-runtime")?;
    if let Item::Value(Value::String(version)) = runtime {
        let mut table = InlineTable::new();
        table.insert("version", version.value().clone().into());
        *runtime = Item::Value(Value::InlineTable(table));
    }
    // The space before the closing brace is the last value's.
    if let Item::Value(Value::InlineTable(table)) = runtime
        && !table.contains_key("features")
        && let Some((_, last)) = table.iter_mut().last()
    {
        last.decor_mut().set_suffix("");
    }
    let table = runtime.as_table_like_mut()?;
    let list = table.entry("features").or_insert(toml_edit::value(Array::new())).as_array_mut()?;
    for feature in features {
        list.push(*feature);
    }
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_go_where_the_dependency_is() {
        for (before, after) in [
            ("ext-runtime = \"0.1\"", "ext-runtime = { version = \"0.1\", features = [\"uuid\"] }"),
            (
                "ext-runtime = { path = \"x\" } # ours",
                "ext-runtime = { path = \"x\", features = [\"uuid\"] } # ours",
            ),
            (
                "ext-runtime = { workspace = true, features = [\"url\"] }",
                "ext-runtime = { workspace = true, features = [\"url\", \"uuid\"] }",
            ),
        ] {
            let manifest = format!("[dependencies]\n{before}\n");
            let expected = format!("[dependencies]\n{after}\n");
            assert_eq!(with_features(&manifest, &["uuid"]), Some(expected));
        }
        assert_eq!(with_features("[dependencies]\n", &["uuid"]), None);
    }
}
