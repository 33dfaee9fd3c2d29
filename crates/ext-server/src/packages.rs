//! The folder of the packages that are deployed: what the registry loses, the server keeps. And
//! what is left there of others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ext_definition::code;
use ext_host::Host;
use ext_registry::Digest;

use crate::problem::Problem;
use crate::running::Deployments;

/// The packages of a server: a file for each component, named by its digest.
pub struct Packages {
    folder: PathBuf,
    /// Components that are about to be deployed: nobody else names them yet. One that is deployed
    /// twice at once is here twice.
    coming: Mutex<Vec<Digest>>,
}

/// Holds a file while its component is not deployed yet.
pub struct Coming {
    packages: Arc<Packages>,
    component: Digest,
}

impl Packages {
    /// Those in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, coming: Mutex::default() }
    }

    fn file(&self, component: &Digest) -> PathBuf {
        self.folder.join(format!("{}.wasm", component.hex()))
    }

    /// Writes a component that is to be deployed. It stays for as long as it is held, and as long
    /// as it is deployed.
    pub fn write(self: &Arc<Self>, component: Digest, bytes: &[u8]) -> Result<Coming, Problem> {
        self.coming().push(component);
        let coming = Coming { packages: self.clone(), component };
        ext_host::private_folder(&self.folder)
            .map_err(|error| error.to_string())
            .and_then(|()| {
                ext_registry::fs::write_atomic(&self.file(&component), bytes)
                    .map_err(|error| error.message())
            })
            .map_err(|error| Problem::new(code::STORE_FAILED, error))?;
        Ok(coming)
    }

    /// The bytes of a component, which are those that were deployed.
    pub fn read(&self, component: &Digest) -> Result<Vec<u8>, String> {
        let file = self.file(component);
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        if Digest::of(&bytes) != *component {
            return Err(format!("{} is not what was deployed", file.display()));
        }
        Ok(bytes)
    }

    /// Removes the files of components that nobody has deployed or is about to deploy, and with a
    /// host whose compiled code is this server's alone, that of such components. `all` removes
    /// what a killed server has left half written, too: when there is no other server.
    pub fn sweep(&self, deployed: &Deployments, host: Option<&Host>, all: bool) {
        // Who comes meanwhile waits: what is found to be nobody's is nobody's until it is gone.
        let coming = self.coming();
        let mut named: BTreeSet<String> = coming.iter().map(Digest::hex).collect();
        for (_, versions) in deployed.all() {
            named.extend(versions.deployments().map(|it| it.component.hex()));
        }
        let keeps = |file: &str| match file.split_once('.') {
            Some(("", rest)) => !(all && rest.starts_with("tmp-")),
            // What is named otherwise is not of this server.
            Some((digest, _)) => digest.len() != 64 || named.contains(digest),
            None => true,
        };
        sweep(&self.folder, &keeps);
        if let Some(host) = host {
            host.sweep_compiled(&keeps);
        }
    }

    fn coming(&self) -> MutexGuard<'_, Vec<Digest>> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the files that are not kept. One that cannot be removed is harmless, and stays.
fn sweep(folder: &Path, keeps: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_kept = entry.file_name().to_str().is_none_or(keeps);
        if !is_kept {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        let mut coming = self.packages.coming();
        if let Some(place) = coming.iter().position(|it| *it == self.component) {
            coming.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_deployed_goes_and_what_comes_stays() {
        let folder = tempfile::tempdir().unwrap();
        let packages = Arc::new(Packages::new(folder.path().join("packages")));
        let deployed = Deployments::default();
        let names = || {
            let entries = fs::read_dir(folder.path().join("packages")).unwrap();
            let mut names: Vec<_> =
                entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let (first, second) = (Digest::of(b"first"), Digest::of(b"second"));
        let held = packages.write(first, b"first").unwrap();
        let twice = packages.write(first, b"first").unwrap();
        drop(packages.write(second, b"second").unwrap());
        fs::write(folder.path().join("packages/.tmp-1-2"), b"half").unwrap();
        fs::write(folder.path().join("packages/notes.txt"), b"somebody's").unwrap();
        assert_eq!(packages.read(&second).unwrap(), b"second");

        packages.sweep(&deployed, None, false);
        let file = format!("{}.wasm", first.hex());
        assert_eq!(names(), [".tmp-1-2", &*file, "notes.txt"]);
        assert!(packages.read(&second).is_err());
        // The other one who deploys it needs it still.
        drop(held);
        packages.sweep(&deployed, None, true);
        assert_eq!(names(), [&*file, "notes.txt"]);
        fs::write(folder.path().join("packages").join(&file), b"changed").unwrap();
        assert!(packages.read(&first).unwrap_err().contains("not what was deployed"));
        drop(twice);
        packages.sweep(&deployed, None, true);
        assert_eq!(names(), ["notes.txt"]);
    }
}
