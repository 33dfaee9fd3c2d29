//! What is published, and how it is listed, resolved and loaded.

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::{bytes, name, registry, request, version};
use ext_registry::{CODES, Digest, ErrorKind, Outcome, PublishRequest, Registry, oci};
use serde_json::{Value, json};

#[test]
fn what_is_published_is_what_is_loaded() {
    let (_folder, registry) = registry();
    let component = bytes(1, 100_000);
    let annotations = BTreeMap::from([
        (oci::TITLE.into(), "Orders".into()),
        (oci::LICENSES.into(), "MIT OR Apache-2.0".into()),
        (oci::CREATED.into(), "2026-07-28T09:30:00Z".into()),
    ]);
    let published = registry
        .publish(&PublishRequest {
            annotations: annotations.clone(),
            exports: vec!["acme:orders/actions@1.2.0".into()],
            imports: vec!["wasi:clocks/wall-clock@0.2.6".into()],
            author: Some("Ada".into()),
            ..request("acme:orders", "1.2.0", &component)
        })
        .unwrap();
    assert_eq!(published.outcome, Outcome::New);

    let entry = registry.resolve(&"acme:orders@1".parse().unwrap()).unwrap();
    assert_eq!(entry.version, version("1.2.0"));
    assert_eq!(entry.digest, published.digest);
    assert_eq!(entry.created.as_deref(), Some("2026-07-28T09:30:00Z"));

    let orders = name("acme:orders");
    let pinned = Some(&published.digest);
    let loaded = registry.load(&orders, &entry.version, pinned).unwrap();
    assert_eq!(loaded.component, component);
    assert_eq!(loaded.digest, published.digest);
    assert_eq!(loaded.layer, Digest::of(&component));
    let mut expected = annotations;
    expected.insert(oci::VERSION.into(), "1.2.0".into());
    assert_eq!(loaded.annotations, expected);
    assert_eq!(
        serde_json::to_value(&loaded.config).unwrap(),
        json!({
            "created": "2026-07-28T09:30:00Z",
            "author": "Ada",
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [Digest::of(&component).to_string()],
            "component": {
                "exports": ["acme:orders/actions@1.2.0"],
                "imports": ["wasi:clocks/wall-clock@0.2.6"],
                "target": null,
            },
        })
    );

    let located = registry.locate(&orders, &entry.version, pinned).unwrap();
    assert_eq!(fs::read(&located.path).unwrap(), component);
    assert_eq!(located.size, 100_000);
    assert_eq!(located.layer, loaded.layer);
    assert_eq!(located.config, loaded.config);
}

/// What other tools see, file by file.
#[test]
fn the_folder_is_an_oci_image_layout() {
    let (_folder, registry) = registry();
    let published = registry.publish(&request("acme:orders", "1.2.0+build.5", b"\0asm")).unwrap();
    let repository = registry.root().join("acme/orders");
    let read = |path: &str| fs::read(repository.join(path)).unwrap();
    let json = |path: &str| serde_json::from_slice::<Value>(&read(path)).unwrap();
    let blob = |digest: &Value| {
        let digest = digest.as_str().unwrap();
        let path = format!("blobs/{}", digest.replace(':', "/"));
        assert_eq!(Digest::of(&read(&path)).to_string(), digest);
        path
    };

    assert_eq!(json("oci-layout"), json!({"imageLayoutVersion": "1.0.0"}));
    let index = json("index.json");
    let descriptor = &index["manifests"][0];
    let manifest_path = blob(&descriptor["digest"]);
    let manifest = json(&manifest_path);
    let created = &manifest["annotations"][oci::CREATED];
    assert_eq!(
        index,
        json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": published.digest.to_string(),
                "size": read(&manifest_path).len(),
                "annotations": {
                    "org.opencontainers.image.ref.name": "1.2.0_build.5",
                    "org.opencontainers.image.created": created,
                },
            }],
        })
    );
    let config_path = blob(&manifest["config"]["digest"]);
    let layer_path = blob(&manifest["layers"][0]["digest"]);
    assert_eq!(
        manifest,
        json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.wasm.config.v0+json",
                "digest": Digest::of(&read(&config_path)).to_string(),
                "size": read(&config_path).len(),
            },
            "layers": [{
                "mediaType": "application/wasm",
                "digest": Digest::of(b"\0asm").to_string(),
                "size": 4,
            }],
            "annotations": {
                "org.opencontainers.image.version": "1.2.0+build.5",
                "org.opencontainers.image.created": created,
            },
        })
    );
    assert_eq!(read(&layer_path), b"\0asm");
    assert_eq!(&json(&config_path)["created"], created);
    let blobs = fs::read_dir(repository.join("blobs/sha256")).unwrap();
    assert_eq!(blobs.count(), 3);
}

#[test]
fn resolving_follows_cargo() {
    let (_folder, registry) = registry();
    let versions = ["0.9.0", "1.2.0-rc.1", "1.2.0", "1.2.10", "1.10.0", "2.0.0-beta.2"];
    // Neither the order of publishing nor that of the alphabet counts.
    for at in [4, 1, 5, 0, 3, 2] {
        let version = versions[at];
        let request = request("acme:orders", version, version.as_bytes());
        registry.publish(&request).unwrap();
    }
    let listed = registry.versions(&name("acme:orders")).unwrap();
    let listed: Vec<_> = listed.iter().map(|entry| entry.version.to_string()).collect();
    assert_eq!(listed, versions);

    for (reference, expected) in [
        ("acme:orders", Some("1.10.0")),
        ("acme:orders@1", Some("1.10.0")),
        ("acme:orders@1.2", Some("1.10.0")),
        ("acme:orders@~1.2", Some("1.2.10")),
        ("acme:orders@=1.2.0", Some("1.2.0")),
        ("acme:orders@=1.2.0-rc.1", Some("1.2.0-rc.1")),
        ("acme:orders@<1", Some("0.9.0")),
        ("acme:orders@0.9", Some("0.9.0")),
        ("acme:orders@2", None),
        ("acme:orders@2.0.0-beta.1", Some("2.0.0-beta.2")),
        ("acme:orders@>=1.2.1, <1.10", Some("1.2.10")),
        ("acme:orders@=1.2.1", None),
    ] {
        match (registry.resolve(&reference.parse().unwrap()), expected) {
            (Ok(entry), Some(expected)) => {
                assert_eq!(entry.version.to_string(), expected, "{reference}");
            }
            (Err(error), None) => {
                assert_eq!(error.code(), "EXT0307");
                assert!(error.to_string().contains("1.10.0"), "{error}");
            }
            (result, expected) => panic!("{reference}: {result:?}, not {expected:?}"),
        }
    }
}

#[test]
fn what_is_not_there_is_told_apart() {
    let (folder, registry) = registry();
    let error = Registry::open(&folder.path().join("elsewhere")).unwrap_err();
    assert_eq!(error.code(), "EXT0305");

    let error = registry.versions(&name("acme:orders")).unwrap_err();
    assert_eq!(error.code(), "EXT0306");
    assert!(matches!(error.kind(), ErrorKind::PackageNotFound { nearest: None, .. }));

    registry.publish(&request("acme:orders", "1.0.0-rc.1", b"one")).unwrap();
    let reference = "acme:order".parse().unwrap();
    let error = registry.resolve(&reference).unwrap_err();
    assert_eq!(error.code(), "EXT0306");
    assert_eq!(error.help(), "did you mean `acme:orders`?");

    let error = registry.resolve(&"acme:orders".parse().unwrap());
    let error = error.unwrap_err();
    assert_eq!(error.code(), "EXT0307");
    assert!(error.help().contains("`=1.0.0-rc.1`"), "{error}");

    let load = |version| registry.load(&name("acme:orders"), &version, None);
    let error = load(version("1.0.0")).unwrap_err();
    assert_eq!(error.code(), "EXT0307");

    let other = Digest::of(b"another manifest");
    let rc = version("1.0.0-rc.1");
    let found = registry.load(&name("acme:orders"), &rc, Some(&other));
    let error = found.unwrap_err();
    assert_eq!(error.code(), "EXT0309");
    let digest = registry.versions(&name("acme:orders")).unwrap()[0].digest;
    assert!(error.message().contains(&other.to_string()), "{error}");
    assert!(error.message().contains(&digest.to_string()), "{error}");
}

#[test]
fn packages_are_listed_among_other_things() {
    let (_folder, registry) = registry();
    for package in ["bolt:reports", "acme:pricing", "acme:orders"] {
        registry.publish(&request(package, "1.0.0", b"")).unwrap();
    }
    let root = registry.root();
    fs::write(root.join("README"), "").unwrap();
    fs::write(root.join("acme/notes"), "").unwrap();
    fs::create_dir_all(root.join("Other/thing")).unwrap();
    // A first publish that was killed.
    fs::create_dir_all(root.join("acme/started/blobs/sha256")).unwrap();
    let names: Vec<_> = (registry.packages().unwrap().iter()).map(ToString::to_string).collect();
    assert_eq!(names, ["acme:orders", "acme:pricing", "bolt:reports"]);
}

#[test]
fn codes_are_unique_and_in_order() {
    assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
    for (code, title) in CODES {
        assert!(code.starts_with("EXT03") && code.len() == 7, "{code}");
        assert!(!title.is_empty());
    }
}
