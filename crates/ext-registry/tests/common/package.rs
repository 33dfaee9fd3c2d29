//! A package to damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ext_registry::{Digest, Error, Registry};
use serde_json::Value;
use tempfile::TempDir;

use super::{bytes, name, registry, request, snapshot, version};

/// A registry with `acme:orders` 1.0.0, and its files.
pub struct Package {
    _folder: TempDir,
    pub registry: Registry,
    pub index: PathBuf,
    pub manifest: PathBuf,
    pub config: PathBuf,
    pub component: PathBuf,
}

pub fn package() -> Package {
    let (folder, registry) = registry();
    // Published once, for it waits for the disk, and then written for each test.
    static PUBLISHED: OnceLock<(Digest, Files)> = OnceLock::new();
    let (digest, files) = PUBLISHED.get_or_init(publish);
    for (path, bytes) in files {
        let path = registry.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let repository = registry.root().join("acme/orders");
    let blob = |digest: &str| {
        let hex = digest.strip_prefix("sha256:").unwrap();
        repository.join("blobs/sha256").join(hex)
    };
    let manifest = blob(&digest.to_string());
    let json: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    Package {
        _folder: folder,
        registry,
        index: repository.join("index.json"),
        config: blob(json["config"]["digest"].as_str().unwrap()),
        component: blob(json["layers"][0]["digest"].as_str().unwrap()),
        manifest,
    }
}

/// Paths in the registry, and what is there.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// The digest of the manifest, and the files.
fn publish() -> (Digest, Files) {
    let (_folder, registry) = registry();
    let component = bytes(1, 10_000);
    let request = request("acme:orders", "1.0.0", &component);
    let digest = registry.publish(&request).unwrap().digest;
    let files = snapshot(registry.root()).into_iter();
    let files = files.map(|(path, (_, bytes))| {
        let path = path.strip_prefix(registry.root()).unwrap();
        (path.to_path_buf(), bytes)
    });
    (digest, files.collect())
}

impl Package {
    /// Uses all that reads the package. Returns what loading it gives.
    pub fn load(&self) -> Result<Vec<u8>, Error> {
        let (orders, one) = (name("acme:orders"), version("1.0.0"));
        self.registry.packages().unwrap();
        let _ = self.registry.versions(&orders);
        let _ = self.registry.resolve(&"acme:orders@1".parse().unwrap());
        let _ = self.registry.locate(&orders, &one, None);
        let other = request("acme:orders", "1.0.0", b"other");
        assert!(self.registry.publish(&other).is_err());
        let loaded = self.registry.load(&orders, &one, None)?;
        Ok(loaded.component)
    }

    pub fn read(&self, path: &Path) -> Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// Replaces the manifest by other bytes, with a digest that is right.
    pub fn set_manifest(&self, bytes: &[u8]) -> PathBuf {
        let digest = Digest::of(bytes);
        let path = self.manifest.with_file_name(digest.hex());
        fs::write(&path, bytes).unwrap();
        let mut index = self.read(&self.index);
        index["manifests"][0]["digest"] = digest.to_string().into();
        index["manifests"][0]["size"] = bytes.len().into();
        fs::write(&self.index, index.to_string()).unwrap();
        path
    }
}
