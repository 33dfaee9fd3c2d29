//! The cache folder: what takes long to make and can be made again. It is the one that
//! `cargo ext` uses too, and safe to delete.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::run::{Failure, Result};
use crate::say;

/// The cache folder: `$CARGO_EXT_CACHE`, else `$XDG_CACHE_HOME/cargo-ext`, else
/// `~/.cache/cargo-ext`. Not created.
pub fn folder() -> Result<PathBuf> {
    if let Some(folder) = variable("CARGO_EXT_CACHE") {
        return std::path::absolute(folder)
            .map_err(|e| Failure::new(format!("CARGO_EXT_CACHE is not a usable path: {e}")));
    }
    // The XDG specification wants relative values ignored.
    if let Some(folder) = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|f| f.is_absolute())
    {
        return Ok(folder.join("cargo-ext"));
    }
    match env::home_dir() {
        Some(home) => Ok(home.join(".cache").join("cargo-ext")),
        None => Err(Failure::new("no home directory is known, so there is no place for a cache")
            .advice("set CARGO_EXT_CACHE to a folder")),
    }
}

/// An environment variable that is set and not empty.
pub fn variable(name: &str) -> Option<std::ffi::OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Takes the lock of this name, after waiting for another process that has it. It is held
/// until the file is dropped, also when the process is killed.
pub fn lock(name: &str) -> Result<File> {
    let path = create(&folder()?)?.join(format!("{name}.lock"));
    let failed = |e| Failure::file("lock", &path, e);
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            say::line(&format!("waiting for another run that holds {}", path.display()))
        }
        Err(TryLockError::Error(e)) => return Err(failed(e)),
    }
    file.lock().map_err(failed)?;
    Ok(file)
}

/// Creates a folder with its parents and hands it back.
pub fn create(folder: &Path) -> Result<&Path> {
    fs::create_dir_all(folder).map_err(|e| Failure::file("create", folder, e))?;
    Ok(folder)
}

/// Removes a file, a link or a folder with all that is in it. Nothing there is fine.
pub fn remove(path: &Path) -> Result {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => return Ok(()),
    };
    removed.map_err(|e| Failure::file("remove", path, e))
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|e| Failure::file("write", path, e))
}

/// Whether the file was written within this time.
pub fn is_younger(path: &Path, age: Duration) -> bool {
    let written = fs::metadata(path).and_then(|found| found.modified());
    // A time in the future is a clock that was set back: as good as unknown.
    written.is_ok_and(|written| written.elapsed().is_ok_and(|elapsed| elapsed < age))
}
