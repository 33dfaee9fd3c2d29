//! The files that ship with an extension, where its instances find them.
//!
//! They are written once to the folder of caches, and every instance of every program sees
//! the same folder. A package without resources pays nothing.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ext_definition::files::{self, Files};
use ext_definition::package::{File, Package};

use crate::compiled::private_folder;
use crate::error::LoadError;

/// Where an extension finds its resources.
pub const GUEST: &str = "/resources";

/// A folder with an extension's resources, whole.
pub struct Resources {
    folder: PathBuf,
    /// Whether it goes away with this.
    temporary: bool,
}

impl Resources {
    /// The resources of a package, if it has some.
    pub fn of(
        component: &[u8],
        package: &Package,
        cache: Option<&Path>,
    ) -> Result<Option<Self>, LoadError> {
        let table = || package.files.iter().filter(|file| file.resource);
        if table().next().is_none() {
            return Ok(None);
        }
        // What belongs together is named by what is in it: a new version with the same
        // resources finds them there.
        let names: String = table().map(|it| format!("{}\0{}\n", it.path, it.digest)).collect();
        let name = files::digest(names.as_bytes()).replace("sha256:", "");
        let expected: HashMap<&str, u64> = table().map(|it| (it.path.as_str(), it.size)).collect();
        let whole =
            |folder: &Path| is_whole(folder, "", &expected).is_ok_and(|n| n == expected.len());

        if let Some(cache) = cache.map(|it| it.join("resources")) {
            let folder = cache.join(name);
            if whole(&folder) {
                return Ok(Some(Self { folder, temporary: false }));
            }
            if private_folder(&cache).is_ok()
                && let Ok(mut extracted) = extract(component, package, &cache)?
                && extracted.keep_as(&folder, whole)
            {
                return Ok(Some(Self { folder, temporary: false }));
            }
        }
        let failed = |(folder, error)| LoadError::File(folder, error);
        Ok(Some(extract(component, package, &std::env::temp_dir())?.map_err(failed)?))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves this to its place for good, where something may be that is not whole.
    fn keep_as(&mut self, folder: &Path, whole: impl Fn(&Path) -> bool) -> bool {
        self.temporary = fs::rename(&self.folder, folder).is_err();
        // Another program may have been as fast; its folder is not to be taken away.
        if self.temporary && !whole(folder) {
            // Instances that run now keep what they have open.
            let _ = fs::remove_dir_all(folder);
            self.temporary = fs::rename(&self.folder, folder).is_err();
        }
        !self.temporary || whole(folder)
    }
}

impl Drop for Resources {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Writes the resources to a new folder below this one. The outer error is the package's,
/// the inner one the machine's.
fn extract(
    component: &[u8],
    package: &Package,
    below: &Path,
) -> Result<Result<Resources, (PathBuf, io::Error)>, LoadError> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let refused = |error| LoadError::Definition(vec![error]);
    let files = Files::of(component, package).map_err(refused)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let folder = below.join(format!(".ext-resources-{}-{since}-{number}", std::process::id()));
    // Fails when it is there: nobody prepared it for us.
    if let Err(error) = new_private_folder(&folder) {
        return Ok(Err((folder, error)));
    }
    let resources = Resources { folder, temporary: true };
    for content in files.contents() {
        let (file, content) = content.map_err(refused)?;
        if file.resource
            && let Err(error) = write(&resources.folder, file, &content)
        {
            return Ok(Err((resources.folder.clone(), error)));
        }
    }
    Ok(Ok(resources))
}

fn write(folder: &Path, file: &File, content: &[u8]) -> io::Result<()> {
    let path = folder.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    // Nobody changes it by mistake.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o400);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    // Else a power loss could leave a file of the right size that is empty.
    file.sync_all()
}

fn new_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How many of the expected files a folder has; an error when it has anything else.
fn is_whole(folder: &Path, below: &str, expected: &HashMap<&str, u64>) -> io::Result<usize> {
    let strange = || io::Error::other("something that does not belong there");
    let mut number = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{below}{}", name.to_str().ok_or_else(strange)?);
        // Of the entry itself: a symbolic link is neither a folder nor a file.
        let metadata = fs::symlink_metadata(entry.path())?;
        if metadata.is_dir() && path.len() <= 255 {
            number += is_whole(&entry.path(), &format!("{path}/"), expected)?;
        } else if metadata.is_file() && expected.get(path.as_str()) == Some(&metadata.len()) {
            number += 1;
        } else {
            return Err(strange());
        }
    }
    Ok(number)
}
