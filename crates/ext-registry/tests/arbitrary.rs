//! Anything at all in the files of a registry: never a panic, and never another content.

mod common;

use std::fs;

use common::package::package;
use common::{bytes, name, request, version};
use ext_registry::{Digest, oci};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any JSON, often with the keys that count.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!(2)),
        Just(json!("1.0.0")),
        Just(json!(oci::MANIFEST_TYPE)),
        Just(json!(oci::WASM_TYPE)),
        Just(json!(Digest::of(b""))),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "schemaVersion",
            "mediaType",
            "manifests",
            "config",
            "layers",
            "digest",
            "size",
            "annotations",
            oci::REF_NAME,
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces something in `place` by `with`.
fn replace_at(place: &mut Value, path: u64, with: Value) {
    let at = (path % 7) as usize;
    let child = match place {
        Value::Array(items) => items.get_mut(at),
        Value::Object(fields) => fields.values_mut().nth(at),
        _ => None,
    };
    match child {
        Some(child) if path > 0 => replace_at(child, path / 7, with),
        _ => *place = with,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_as_index_or_manifest(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let package = package();
        package.set_manifest(&bytes);
        prop_assert!(package.load().is_err());
        fs::write(&package.index, &bytes).unwrap();
        prop_assert!(package.load().is_err());
    }

    #[test]
    fn any_json_as_index_or_manifest(json in any_json()) {
        let package = package();
        package.set_manifest(json.to_string().as_bytes());
        let _ = package.registry.load(&name("acme:orders"), &version("1.0.0"), None);
        fs::write(&package.index, json.to_string()).unwrap();
        let _ = package.registry.load(&name("acme:orders"), &version("1.0.0"), None);
        let _ = package.registry.publish(&request("acme:orders", "1.0.0", b"other"));
    }

    /// Whatever is changed, what loads is what was published.
    #[test]
    fn any_change_in_index_or_manifest(json in any_json(), path: u64, of_index: bool) {
        let package = package();
        let mut value = package.read(if of_index { &package.index } else { &package.manifest });
        replace_at(&mut value, path, json);
        if of_index {
            fs::write(&package.index, value.to_string()).unwrap();
        } else {
            package.set_manifest(value.to_string().as_bytes());
        }
        let loaded = package.registry.load(&name("acme:orders"), &version("1.0.0"), None);
        if let Ok(loaded) = loaded {
            prop_assert_eq!(loaded.component, bytes(1, 10_000));
        }
    }
}
