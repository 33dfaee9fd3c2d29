//! Which files an extension is made of, and whether one of them changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// More files than these are not looked at: a folder of that size is no crate.
const MAX_FILES: usize = 50_000;

/// The folders of a package and of the dependencies that are folders, too.
pub struct Watch {
    folders: BTreeSet<PathBuf>,
    files: Vec<PathBuf>,
    /// Where cargo writes.
    target: PathBuf,
}

/// When each file was written, and how long it is.
#[derive(Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Seen {
    /// How many files.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Watch {
    /// Over a package of a workspace.
    pub fn new(package: &Package, workspace: &Path, target: &Path) -> Self {
        let files = vec![workspace.join("Cargo.toml")];
        Self { folders: folders(package), files, target: target.to_owned() }
    }

    /// What is there now.
    pub fn look(&self) -> Seen {
        let mut seen = Seen::default();
        self.files.iter().for_each(|file| see(file, &mut seen));
        self.folders.iter().for_each(|folder| self.walk(folder, &mut seen));
        seen
    }

    fn walk(&self, folder: &Path, seen: &mut Seen) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if seen.len() >= MAX_FILES {
                return;
            }
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            // What version control and editors keep; what cargo itself writes.
            if name.starts_with('.') || name.ends_with('~') || name == "Cargo.lock" {
                continue;
            }
            // A link to a folder is not followed: it may lead back.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    let other = self.folders.contains(&path);
                    if name != "target" && path != self.target && !other {
                        self.walk(&path, seen);
                    }
                }
                Ok(_) => see(&path, seen),
                Err(_) => {}
            }
        }
    }
}

fn see(file: &Path, seen: &mut Seen) {
    if let Ok(metadata) = std::fs::metadata(file) {
        seen.0.insert(file.to_owned(), (metadata.modified().ok(), metadata.len()));
    }
}

/// The folder of a package, and of all that it depends on by path.
fn folders(package: &Package) -> BTreeSet<PathBuf> {
    let mut known: HashMap<PathBuf, Package> = HashMap::new();
    let (mut folders, mut waiting) = (BTreeSet::new(), vec![package.clone()]);
    while let Some(package) = waiting.pop() {
        let Some(folder) = package.manifest_path.parent() else { continue };
        if !folders.insert(folder.as_std_path().to_owned()) {
            continue;
        }
        let needed =
            package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development);
        for folder in needed.filter_map(|it| it.path.as_ref()).map(|it| it.as_std_path()) {
            if !known.contains_key(folder) {
                known.extend(workspace_of(folder));
            }
            match known.get(folder) {
                Some(package) => waiting.push(package.clone()),
                None => {
                    folders.insert(folder.to_owned());
                }
            }
        }
    }
    folders
}

/// The packages of the workspace that a folder belongs to, by their folders.
fn workspace_of(folder: &Path) -> Vec<(PathBuf, Package)> {
    let mut command = MetadataCommand::new();
    command.no_deps().manifest_path(folder.join("Cargo.toml"));
    command.other_options(["--offline".to_owned()]);
    // What cannot be read, cargo complains about when it builds.
    let packages = command.exec().map(|it| it.packages).unwrap_or_default();
    let folder = |it: &Package| it.manifest_path.parent().map(|it| it.as_std_path().to_owned());
    packages.into_iter().filter_map(|it| Some((folder(&it)?, it))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_and_what_cargo_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), text).unwrap();
        };
        let watch = Watch {
            folders: BTreeSet::from([folder.path().to_owned()]),
            files: Vec::new(),
            target: path("out"),
        };
        write("src/lib.rs", "one");
        let first = watch.look();
        assert_eq!(first.len(), 1);
        for name in ["target/x", "out/x", ".git/x", "Cargo.lock", "src/.lib.rs.swp", "src/lib.rs~"]
        {
            write(name, "");
        }
        assert!(watch.look() == first);
        write("src/lib.rs", "longer");
        let second = watch.look();
        assert!(second != first);
        write("src/new.rs", "");
        assert!(watch.look() != second);
        std::fs::remove_file(path("src/new.rs")).unwrap();
        assert!(watch.look() == second);
    }
}
