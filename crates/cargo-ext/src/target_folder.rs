//! One target folder for several projects, such as the worktrees of one repository.
//!
//! cargo names the files of a crate by its place inside its workspace, and compares their times
//! only. Two projects with one crate name therefore take each other's files for fresh. So each
//! build holds a lock, and begins with `cargo clean` if another project built last.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use ext_registry::Digest;
use ext_registry::fs::write_atomic;

use crate::artifact::create_folder;
use crate::failure::Failure;
use crate::project::{Project, crate_name};
use crate::shell::Shell;

/// Keeps other builds by `cargo ext` out of a target folder until it is dropped.
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Waits for its turn, and says so.
    pub fn acquire(target: &Path, shell: &Shell) -> Result<Self, Failure> {
        let folder = target.join("ext");
        create_folder(&folder)?;
        let path = folder.join(".lock");
        let file = File::create(&path).map_err(|error| Failure::file("created", &path, &error))?;
        let locked = match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                shell.note("Blocking", "waiting for another build in the target folder");
                file.lock().is_ok()
            }
            other => other.is_ok(),
        };
        // Some network file systems have no locks, and cargo goes on there as well.
        Ok(Self { _file: locked.then_some(file) })
    }
}

/// Which project built the crates of a profile last.
pub struct Owners {
    folder: PathBuf,
    /// Keys of what this build writes, with the package that each stands for.
    keys: BTreeMap<String, OwnedBy>,
    /// Whether another project may have built here before there were records.
    shared: bool,
}

struct OwnedBy {
    package: String,
    manifest: String,
}

impl Owners {
    /// The records about a package and the workspace members that it needs.
    pub fn new(project: &Project, package: &Package, target: &Path, profile: &str) -> Self {
        let mut keys = BTreeMap::new();
        let owner = |package: &Package| OwnedBy {
            package: package.id.repr.clone(),
            manifest: package.manifest_path.to_string(),
        };
        for needed in project.local_dependencies(package) {
            keys.insert(needed.name.to_string(), owner(needed));
        }
        // Two packages may name their library alike.
        keys.insert(format!("lib {}", crate_name(package)), owner(package));
        let shared = !is_inside(target, project.root());
        Self { folder: target.join("ext/.owners").join(profile), keys, shared }
    }

    /// The packages whose files another project may have written.
    pub fn foreign(&self) -> Vec<&str> {
        let is_foreign =
            |key: &str, owner: &OwnedBy| match std::fs::read_to_string(self.folder.join(key)) {
                Ok(manifest) => manifest != owner.manifest,
                Err(_) => self.shared,
            };
        let foreign = self.keys.iter().filter(|(key, owner)| is_foreign(key, owner));
        let mut packages: Vec<&str> = foreign.map(|(_, owner)| owner.package.as_str()).collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }

    /// The packages that this build is about.
    pub fn packages(&self) -> Vec<&str> {
        let mut packages: Vec<&str> = self.keys.values().map(|it| it.package.as_str()).collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }

    /// Records that this project builds now.
    pub fn claim(&self) -> Result<(), Failure> {
        create_folder(&self.folder)?;
        for (key, owner) in &self.keys {
            write_atomic(&self.folder.join(key), owner.manifest.as_bytes())?;
        }
        Ok(())
    }
}

/// The folder for a package's output: `folder`, or one below if that holds another project's
/// package of this name.
pub fn output_folder(folder: &Path, name: &str, manifest: &Path) -> Result<PathBuf, Failure> {
    let record = folder.join(format!(".{name}.owner"));
    let manifest_text = manifest.to_string_lossy();
    let owner = std::fs::read_to_string(&record).ok();
    match owner {
        Some(owner) if owner == manifest_text => Ok(folder.to_owned()),
        Some(owner) if Path::new(&owner).is_file() => {
            let digest = Digest::of(manifest_text.as_bytes()).to_string();
            let hash = digest.rsplit(':').next().unwrap_or_default();
            Ok(folder.join(hash.get(..16).unwrap_or(hash)))
        }
        // The first, or the other project is gone.
        _ => {
            create_folder(folder)?;
            write_atomic(&record, manifest_text.as_bytes())?;
            Ok(folder.to_owned())
        }
    }
}

/// Whether two paths are the same folder.
pub fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn is_inside(folder: &Path, root: &Path) -> bool {
    let absolute = |path: &Path| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.into())
    };
    absolute(folder).starts_with(absolute(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_one_name_have_folders_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = |project: &str| {
            let project = folder.path().join(project);
            std::fs::create_dir_all(&project).unwrap();
            std::fs::write(project.join("Cargo.toml"), "").unwrap();
            project.join("Cargo.toml")
        };
        let (a, b) = (manifest("a"), manifest("b"));
        let out = folder.path().join("ext");
        let output = |manifest: &Path| output_folder(&out, "acme-hello-0.1.0", manifest).unwrap();
        assert_eq!(output(&a), out);
        let other = output(&b);
        assert_eq!((output(&b), output(&a)), (other.clone(), out.clone()));
        assert!(other.starts_with(&out) && other != out);
        // The plain name is free again.
        std::fs::remove_file(&a).unwrap();
        assert_eq!(output(&b), out);
    }

    #[test]
    fn another_project_is_told_by_its_record() {
        let folder = tempfile::tempdir().unwrap();
        let owners = |manifest: &str, shared| {
            let owner = OwnedBy { package: format!("{manifest}#1"), manifest: manifest.into() };
            let keys = BTreeMap::from([("hello".to_owned(), owner)]);
            Owners { folder: folder.path().join("owners"), keys, shared }
        };
        assert!(owners("a", false).foreign().is_empty(), "its own target folder");
        assert_eq!(owners("a", true).foreign(), ["a#1"]);
        owners("a", true).claim().unwrap();
        assert!(owners("a", true).foreign().is_empty());
        assert_eq!(owners("b", false).foreign(), ["b#1"]);
    }
}
