//! What the tests share.
#![allow(dead_code, reason = "not every test file uses all of it")]

pub mod package;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use ext_registry::{PackageName, PublishRequest, Registry};
use semver::Version;
use tempfile::TempDir;

/// An empty registry, removed with the folder.
pub fn registry() -> (TempDir, Registry) {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open_or_create(&folder.path().join("registry")).unwrap();
    (folder, registry)
}

pub fn name(text: &str) -> PackageName {
    text.parse().unwrap()
}

pub fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// A request with nothing but the necessary.
pub fn request<'a>(name: &str, version: &str, component: &'a [u8]) -> PublishRequest<'a> {
    PublishRequest {
        name: name.parse().unwrap(),
        version: version.parse().unwrap(),
        component,
        annotations: BTreeMap::new(),
        exports: Vec::new(),
        imports: Vec::new(),
        author: None,
    }
}

/// Bytes that are the same for the same seed, and different for others: a random block,
/// again and again, for the tests are not optimised.
pub fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut random = Random(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let block: Vec<u8> = (0..64).flat_map(|_| random.next().to_le_bytes()).collect();
    let mut bytes = block.repeat(len / block.len() + 1);
    bytes.truncate(len);
    bytes
}

/// Marsaglia's xorshift64; its seed may not be 0.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Every file under `folder` with its instant and its bytes.
pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            files.insert(path.clone(), (modified, fs::read(&path).unwrap()));
        }
    }
    files
}

/// This test program again, as another process that runs the one test `role`, which
/// finds the registry in the variable `EXT_TEST_REGISTRY` and does nothing without it.
pub fn child(role: &str, registry: &Registry) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", role, "--nocapture", "--test-threads=1"])
        .env("EXT_TEST_REGISTRY", registry.root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// The registry that a child is to use.
pub fn child_registry() -> Option<Registry> {
    let root = std::env::var_os("EXT_TEST_REGISTRY")?;
    Some(Registry::open(Path::new(&root)).unwrap())
}
