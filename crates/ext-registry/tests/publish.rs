//! What publishing writes, keeps, mends and refuses.

mod common;

use std::fs;

use common::{bytes, name, registry, request, snapshot, version};
use ext_registry::{Digest, Outcome, oci};
use serde_json::{Value, json};

#[test]
fn the_same_input_gives_the_same_digest() {
    let digests = [registry(), registry()].map(|(_folder, registry)| {
        let mut request = request("acme:orders", "1.0.0", b"component");
        let created = "2026-07-28T09:30:00+02:00";
        request.annotations.insert(oci::CREATED.into(), created.into());
        registry.publish(&request).unwrap().digest
    });
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn publishing_the_same_again_writes_nothing() {
    let (_folder, registry) = registry();
    let request = request("acme:orders", "1.2.0", b"component");
    let first = registry.publish(&request).unwrap();
    let before = snapshot(registry.root());

    let mut again = request.clone();
    again.annotations.insert(oci::TITLE.into(), "Another".into());
    let second = registry.publish(&again).unwrap();

    assert_eq!(second.outcome, Outcome::Unchanged);
    assert_eq!(second.digest, first.digest);
    assert_eq!(snapshot(registry.root()), before);
}

#[test]
fn a_version_never_changes_its_content() {
    let (_folder, registry) = registry();
    registry.publish(&request("acme:orders", "1.2.0", b"one")).unwrap();
    let before = snapshot(registry.root());

    let error = registry.publish(&request("acme:orders", "1.2.0", b"other")).unwrap_err();

    assert_eq!(error.code(), "EXT0308");
    let text = error.to_string();
    for part in [
        "acme:orders",
        "1.2.0",
        &Digest::of(b"one").to_string(),
        &Digest::of(b"other").to_string(),
        "Cargo.toml",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(snapshot(registry.root()), before);
    // Another version of that content is fine.
    registry.publish(&request("acme:orders", "1.2.1", b"other")).unwrap();
}

#[test]
fn a_damaged_component_is_mended_by_publishing_it_again() {
    let (_folder, registry) = registry();
    let component = bytes(7, 50_000);
    let request = request("acme:orders", "1.2.0", &component);
    let first = registry.publish(&request).unwrap();
    let (orders, version) = (name("acme:orders"), version("1.2.0"));
    let path = registry.locate(&orders, &version, None).unwrap().path;
    let mut torn = component.clone();
    torn[30_000..].fill(0);
    for damage in [&torn[..], &component[..30_000], b""] {
        fs::write(&path, damage).unwrap();
        assert!(registry.load(&orders, &version, None).is_err());
        let again = registry.publish(&request).unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged);
        assert_eq!(again.digest, first.digest);
        let loaded = registry.load(&orders, &version, None).unwrap();
        assert_eq!(loaded.component, component);
    }
    // The blob of a publish that was killed, torn by a power loss: no version has it yet.
    let other = bytes(8, 50_000);
    let blob = path.with_file_name(Digest::of(&other).hex());
    fs::write(&blob, &other[..40_000]).unwrap();
    let next = common::request("acme:orders", "1.3.0", &other);
    assert_eq!(registry.publish(&next).unwrap().outcome, Outcome::New);
    assert_eq!(fs::read(&blob).unwrap(), other);
}

#[test]
fn old_temporary_files_are_cleaned_up() {
    let (_folder, registry) = registry();
    registry.publish(&request("acme:orders", "1.0.0", b"one")).unwrap();
    let repository = registry.root().join("acme/orders");
    let left = ["blobs/sha256/.tmp-1-1", ".tmp-1-2"].map(|path| repository.join(path));
    for path in &left {
        let file = fs::File::create(path).unwrap();
        let two_hours_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
        file.set_modified(two_hours_ago).unwrap();
    }
    let fresh = repository.join(".tmp-1-3");
    fs::write(&fresh, "").unwrap();
    registry.publish(&request("acme:orders", "1.1.0", b"two")).unwrap();
    assert!(left.iter().all(|path| !path.exists()));
    assert!(fresh.exists());
}

#[test]
fn requests_that_cannot_be_stored() {
    let (_folder, registry) = registry();
    let long = format!("1.0.0-{}", "a".repeat(123));
    let mut when = request("acme:orders", "1.0.0", b"");
    when.annotations.insert(oci::CREATED.into(), "now".into());
    let mut wordy = request("acme:orders", "1.0.0", b"");
    let text = "x".repeat(5 << 20);
    wordy.annotations.insert(oci::DESCRIPTION.into(), text);
    let mut broad = request("acme:orders", "1.0.0", b"");
    broad.exports = vec!["acme:orders/actions".into(); 300_000];
    // Zeroed and never touched: it takes no memory.
    let vast = vec![0; (512 << 20) + 1];
    for (request, code) in [
        (request("acme:orders", &long, b""), "EXT0304"),
        (when, "EXT0304"),
        (wordy, "EXT0312"),
        (broad, "EXT0312"),
        (request("acme:orders", "1.0.0", &vast), "EXT0312"),
    ] {
        let error = registry.publish(&request).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    assert_eq!(fs::read_dir(registry.root()).unwrap().count(), 0);
}

#[test]
fn what_other_tools_wrote_is_kept() {
    let (_folder, registry) = registry();
    registry.publish(&request("acme:orders", "1.0.0", b"one")).unwrap();
    let path = registry.root().join("acme/orders/index.json");
    let mut index: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let foreign = json!([
        {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha512:00", "size": 1,
         "annotations": {"org.opencontainers.image.ref.name": "latest"}, "platform": {"os": "x"}},
        {"mediaType": "application/x", "digest": "?", "size": -1},
        "not even a descriptor",
        null,
    ]);
    index["subject"] = json!({"anything": [1, 2.5, null]});
    let manifests = index["manifests"].as_array_mut().unwrap();
    manifests[0]["artifactType"] = json!("application/wasm");
    manifests.extend(foreign.as_array().unwrap().iter().cloned());
    fs::write(&path, index.to_string()).unwrap();

    registry.publish(&request("acme:orders", "1.1.0", b"two")).unwrap();

    let mut after: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let added = after["manifests"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!(added["annotations"][oci::REF_NAME], "1.1.0");
    assert_eq!(after, index);
    let versions = registry.versions(&name("acme:orders")).unwrap();
    assert_eq!(versions.len(), 2);
}
