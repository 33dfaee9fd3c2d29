//! Many publishes at once, in threads and in processes.

mod common;

use std::process::Child;
use std::sync::Barrier;
use std::thread;

use common::{bytes, child, child_registry, name, registry, request, version};
use ext_registry::{Outcome, Registry};

/// The versions that are listed, each loaded and compared with what was published.
fn listed(registry: &Registry, content: impl Fn(u64) -> Vec<u8>) -> Vec<u64> {
    let orders = name("acme:orders");
    let mut patches = Vec::new();
    for entry in registry.versions(&orders).unwrap() {
        let digest = Some(&entry.digest);
        let loaded = registry.load(&orders, &entry.version, digest).unwrap();
        assert_eq!(loaded.component, content(entry.version.patch));
        patches.push(entry.version.patch);
    }
    patches
}

#[test]
fn sixteen_threads_publish_sixteen_versions() {
    let (_folder, registry) = registry();
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for patch in 0..16 {
            let (registry, barrier) = (&registry, &barrier);
            scope.spawn(move || {
                let (component, version) = (bytes(patch, 20_000), format!("1.0.{patch}"));
                barrier.wait();
                let request = request("acme:orders", &version, &component);
                assert_eq!(registry.publish(&request).unwrap().outcome, Outcome::New);
            });
        }
    });
    let content = |patch| bytes(patch, 20_000);
    assert_eq!(listed(&registry, content), (0..16).collect::<Vec<_>>());
}

#[test]
fn sixteen_threads_publish_the_same() {
    let (_folder, registry) = registry();
    let barrier = Barrier::new(16);
    let component = bytes(1, 20_000);
    let published = thread::scope(|scope| {
        let threads = [(); 16].map(|()| {
            scope.spawn(|| {
                let request = request("acme:orders", "1.0.0", &component);
                barrier.wait();
                registry.publish(&request).unwrap()
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let new = published.iter().filter(|published| published.outcome == Outcome::New);
    assert_eq!(new.count(), 1);
    assert!(published.iter().all(|one| one.digest == published[0].digest));
}

/// Run in another process: publishes the versions 1.0.FIRST to 1.0.FIRST+9.
#[test]
fn child_publishes_ten_versions() {
    let Some(registry) = child_registry() else {
        return;
    };
    let first: u64 = std::env::var("FIRST").unwrap().parse().unwrap();
    for patch in first..first + 10 {
        let component = bytes(patch, 20_000);
        let version = format!("1.0.{patch}");
        let request = request("acme:orders", &version, &component);
        assert_eq!(registry.publish(&request).unwrap().outcome, Outcome::New);
    }
}

#[test]
fn two_processes_publish_at_once() {
    let (_folder, registry) = registry();
    let children = ["0", "10"].map(|first| {
        let mut command = child("child_publishes_ten_versions", &registry);
        command.env("FIRST", first).spawn().unwrap()
    });
    for child in children {
        assert!(succeeds(child));
    }
    let content = |patch| bytes(patch, 20_000);
    assert_eq!(listed(&registry, content), (0..20).collect::<Vec<_>>());
}

/// Run in another process: publishes 1.0.0 to 1.0.19, each with content of its own, and
/// leaves the versions that another one got first.
#[test]
fn child_competes() {
    let Some(registry) = child_registry() else {
        return;
    };
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    for patch in 0..20 {
        let component = bytes(seed + patch, 20_000);
        let version = format!("1.0.{patch}");
        match registry.publish(&request("acme:orders", &version, &component)) {
            Ok(published) => assert_eq!(published.outcome, Outcome::New),
            Err(error) => {
                assert_eq!(error.code(), "EXT0308", "{error}");
                let held = registry.locate(&name("acme:orders"), &version.parse().unwrap(), None);
                assert!(error.message().contains(&held.unwrap().layer.to_string()));
            }
        }
    }
}

#[test]
fn two_processes_compete_for_each_version() {
    let (_folder, registry) = registry();
    let children = ["1000", "2000"].map(|seed| {
        let mut command = child("child_competes", &registry);
        command.env("SEED", seed).spawn().unwrap()
    });
    for child in children {
        assert!(succeeds(child));
    }
    let orders = name("acme:orders");
    for patch in 0..20 {
        let version = version(&format!("1.0.{patch}"));
        let component = registry.load(&orders, &version, None).unwrap().component;
        let contents = [1000, 2000].map(|seed| bytes(seed + patch, 20_000));
        assert!(contents.contains(&component));
    }
    assert_eq!(registry.versions(&orders).unwrap().len(), 20);
}

/// Whether a child ran its test, and well: a renamed test would run nothing and succeed.
fn succeeds(child: Child) -> bool {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success() && text.contains("1 passed")
}
