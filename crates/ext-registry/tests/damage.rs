//! Damaged and hostile files: an error that names the file, never a panic.

mod common;

use std::fs;
use std::path::PathBuf;

use common::package::{Package, package};
use common::{name, request, version};
use ext_registry::{Digest, oci};
use serde_json::{Value, json};

#[test]
fn damaged_files_are_named() {
    let flip = |path: &PathBuf| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let truncate = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    };
    let empty = |path: &PathBuf| fs::write(path, "").unwrap();
    let remove = |path: &PathBuf| fs::remove_file(path).unwrap();
    let folder = |path: &PathBuf| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    };
    let swell = |path: &PathBuf| fs::write(path, vec![b' '; (4 << 20) + 1]).unwrap();

    /// Name, file, what happens to it, the code of the error.
    type Case<'a> = (&'static str, File, &'a dyn Fn(&PathBuf), &'static str);
    type File = fn(&Package) -> PathBuf;
    let index: File = |package| package.index.clone();
    let marker: File = |package| package.index.with_file_name("oci-layout");
    let manifest: File = |package| package.manifest.clone();
    let config: File = |package| package.config.clone();
    let component: File = |package| package.component.clone();
    let cases: &[Case<'_>] = &[
        ("truncated index", index, &truncate, "EXT0310"),
        ("empty index", index, &empty, "EXT0310"),
        ("missing index", index, &remove, "EXT0306"),
        ("index is a folder", index, &folder, "EXT0314"),
        ("oversized index", index, &swell, "EXT0312"),
        ("truncated marker", marker, &truncate, "EXT0310"),
        ("missing marker", marker, &remove, "EXT0310"),
        ("flipped bit in the manifest", manifest, &flip, "EXT0310"),
        ("truncated manifest", manifest, &truncate, "EXT0310"),
        ("empty manifest", manifest, &empty, "EXT0310"),
        ("missing manifest", manifest, &remove, "EXT0310"),
        ("oversized manifest", manifest, &swell, "EXT0310"),
        ("flipped bit in the config", config, &flip, "EXT0310"),
        ("truncated config", config, &truncate, "EXT0310"),
        ("missing config", config, &remove, "EXT0310"),
        ("flipped bit in the component", component, &flip, "EXT0310"),
        ("truncated component", component, &truncate, "EXT0310"),
        ("empty component", component, &empty, "EXT0310"),
        ("missing component", component, &remove, "EXT0310"),
        ("oversized component", component, &swell, "EXT0310"),
    ];
    for (case, file, damage, code) in cases {
        let package = package();
        assert_eq!(package.load().unwrap().len(), 10_000);
        let path = file(&package);
        damage(&path);
        if *case == "missing index" {
            // To a reader that is a first publish that was killed.
            let orders = name("acme:orders");
            let error = package.registry.versions(&orders).unwrap_err();
            assert_eq!(error.code(), *code, "{case}");
            continue;
        }
        let error = package.load().unwrap_err();
        assert_eq!(error.code(), *code, "{case}: {error}");
        assert_eq!(error.place(), Some(&*path), "{case}: {error}");
    }
}

#[test]
fn damage_to_one_version_leaves_the_others() {
    let package = package();
    fs::write(&package.manifest, "damaged").unwrap();
    let next = request("acme:orders", "1.1.0", b"two");
    package.registry.publish(&next).unwrap();
    let orders = name("acme:orders");
    let loaded = package.registry.load(&orders, &version("1.1.0"), None);
    assert_eq!(loaded.unwrap().component, b"two");
    assert_eq!(package.registry.versions(&orders).unwrap().len(), 2);
    assert_eq!(package.load().unwrap_err().code(), "EXT0310");
}

/// What a file says, the change that makes it say so, the code of the error.
type Change<'a> = (&'static str, &'a dyn Fn(&mut Value), &'static str);

/// Sound JSON with right digests that says something else than an extension package.
#[test]
fn manifests_of_another_kind() {
    let cases: &[Change<'_>] = &[
        ("Docker's schema", &|m| m["schemaVersion"] = json!(1), "EXT0311"),
        ("other media type", &|m| m["mediaType"] = json!("x"), "EXT0311"),
        ("an image's config", &|m| m["config"]["mediaType"] = json!("x"), "EXT0311"),
        ("an image's layer", &|m| m["layers"][0]["mediaType"] = json!("x"), "EXT0311"),
        ("no layer", &|m| m["layers"] = json!([]), "EXT0311"),
        (
            "two layers",
            &|m| {
                let layer = m["layers"][0].clone();
                m["layers"] = json!([layer, layer]);
            },
            "EXT0311",
        ),
        ("no layers", &|m| m["layers"] = json!(null), "EXT0310"),
        ("negative size", &|m| m["layers"][0]["size"] = json!(-1), "EXT0310"),
        ("wrong size", &|m| m["layers"][0]["size"] = json!(9_999), "EXT0310"),
        ("vast size", &|m| m["layers"][0]["size"] = json!(u64::MAX), "EXT0312"),
        ("vast config", &|m| m["config"]["size"] = json!(5 << 20), "EXT0312"),
        (
            "a path for a digest",
            &|m| m["layers"][0]["digest"] = json!("sha256:../../../index.json"),
            "EXT0310",
        ),
        (
            "another blob's digest",
            &|m| m["layers"][0]["digest"] = m["config"]["digest"].clone(),
            "EXT0310",
        ),
        ("a text for annotations", &|m| m["annotations"] = json!("x"), "EXT0310"),
    ];
    for (case, change, code) in cases {
        let package = package();
        let mut manifest = package.read(&package.manifest);
        change(&mut manifest);
        package.set_manifest(manifest.to_string().as_bytes());
        let error = package.load().unwrap_err();
        assert_eq!(error.code(), *code, "{case}: {error}");
        assert!(error.place().is_some_and(|path| path.exists()), "{case}");
    }

    // What the guidance allows and we do not write is no reason to refuse.
    let package = package();
    let mut manifest = package.read(&package.manifest);
    manifest["artifactType"] = json!("application/wasm");
    manifest["layers"][0]["annotations"] = json!({"org.opencontainers.image.title": "a.wasm"});
    manifest["annotations"] = json!(null);
    manifest.as_object_mut().unwrap().remove("mediaType");
    package.set_manifest(manifest.to_string().as_bytes());
    let loaded = package.registry.load(&name("acme:orders"), &version("1.0.0"), None);
    assert_eq!(loaded.unwrap().component.len(), 10_000);
}

#[test]
fn indexes_of_another_kind() {
    let cases: &[Change<'_>] = &[
        ("schema 1", &|i| i["schemaVersion"] = json!(1), "EXT0311"),
        ("no schema", &|i| i["schemaVersion"] = json!(null), "EXT0310"),
        ("manifests is a text", &|i| i["manifests"] = json!("x"), "EXT0310"),
        ("nested index", &|i| i["manifests"][0]["mediaType"] = json!(oci::INDEX_TYPE), "EXT0311"),
        ("path for a digest", &|i| i["manifests"][0]["digest"] = json!("../../x"), "EXT0310"),
        ("vast manifest", &|i| i["manifests"][0]["size"] = json!((4 << 20) + 1), "EXT0312"),
        ("wrong size", &|i| i["manifests"][0]["size"] = json!(3), "EXT0310"),
        (
            "digest of nothing",
            &|i| i["manifests"][0]["digest"] = json!(Digest::of(b"nothing")),
            "EXT0310",
        ),
    ];
    for (case, change, code) in cases {
        let package = package();
        let mut index = package.read(&package.index);
        change(&mut index);
        fs::write(&package.index, index.to_string()).unwrap();
        let error = package.load().unwrap_err();
        assert_eq!(error.code(), *code, "{case}: {error}");
    }
    let package = package();
    let marker = package.index.with_file_name("oci-layout");
    fs::write(marker, r#"{"imageLayoutVersion": "2.0.0"}"#).unwrap();
    assert_eq!(package.load().unwrap_err().code(), "EXT0311");
}
