//! Files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::{Error, ErrorKind};

/// Writes `bytes` to the file at `path`, or leaves what was there.
///
/// The bytes go to a temporary file in the same folder, onto the disk, and then take
/// the place of `path` in one step: a reader, even after a kill or a power loss, sees
/// the old file or the new one. The permissions of a file that is replaced are kept; a
/// symbolic link stays one, and the file that it points to is replaced.
///
/// # Errors
/// [`ErrorKind::Io`], when the operating system refuses; no temporary file is left then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let target = match is_link.then(|| fs::canonicalize(path)) {
        Some(Ok(target)) => target,
        _ => path.to_path_buf(),
    };
    replace(&target, bytes)?;
    sync_folder(folder_of(&target))
}

/// [`write_atomic`] without the last step: after a power loss the folder may not know
/// the file yet. For several files at once, with one [`sync_folder`] after them.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (mut file, mut temp) = Temp::create(folder_of(path))?;
    let write = |file: &mut File| {
        file.write_all(bytes)?;
        if let Ok(metadata) = fs::metadata(path) {
            file.set_permissions(metadata.permissions())?;
        }
        file.sync_all()
    };
    write(&mut file).map_err(io_error("write", path))?;
    drop(file);
    fs::rename(&temp.path, path).map_err(io_error("write", path))?;
    temp.renamed = true;
    Ok(())
}

/// Brings the names in `folder` onto the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    // Windows neither needs it nor lets a folder be opened as a file.
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(io_error("write", folder))?;
    }
    Ok(())
}

/// The file's bytes; `None` when there is no file.
pub(crate) fn read(path: &Path, what: &'static str, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(io_error("read", path)(error)),
    };
    // Opening a pipe would wait for its writer for ever.
    if !metadata.is_file() {
        let error = io::Error::other("this is not a file");
        return Err(io_error("read", path)(error));
    }
    let too_large = |size| ErrorKind::TooLarge { what, path: Some(path.into()), size, limit };
    if metadata.len() > limit {
        return Err(too_large(metadata.len()).into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    let size = read.map_err(io_error("read", path))? as u64;
    // It may have grown since.
    if size > limit {
        return Err(too_large(size).into());
    }
    Ok(Some(bytes))
}

/// Removes temporary files older than `age` from `folder`, left by killed processes.
/// One that cannot be removed is harmless and stays.
pub(crate) fn remove_old_temps(folder: &Path, age: Duration) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let now = SystemTime::now();
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
            continue;
        }
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        // A file of the future gives an error here: it is not old.
        let is_old = modified.is_ok_and(|at| now.duration_since(at).is_ok_and(|past| past > age));
        if is_old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether the file is not there, for want of a folder perhaps.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// An I/O error with its place, for `map_err`.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::from(ErrorKind::Io { action, path: path.into(), source })
}

const TEMP_PREFIX: &str = ".tmp-";

/// The name of a temporary file, removed with this value unless it got its real name.
struct Temp {
    path: PathBuf,
    renamed: bool,
}

impl Temp {
    fn create(folder: &Path) -> Result<(File, Self), Error> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{TEMP_PREFIX}{}-{count}", process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let renamed = false;
                    return Ok((file, Self { path, renamed }));
                }
                // Left by an earlier process of this id, or another machine's.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io_error("create a file in", folder)(error)),
            }
        }
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The folder that `path` is in; of a bare file name, the current one.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for bytes in [&b"first"[..], b"", b"third, longer than both before"] {
            write_atomic(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
            assert_eq!(names(folder.path()), ["file"]);
        }
    }

    #[test]
    fn a_failed_write_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a folder");
        fs::create_dir(&path).unwrap();
        let error = write_atomic(&path, b"bytes").unwrap_err();
        assert_eq!(error.code(), "EXT0314");
        assert_eq!(error.place(), Some(&*path));
        assert_eq!(names(folder.path()), ["a folder"]);

        let error = write_atomic(&folder.path().join("none/file"), b"bytes").unwrap_err();
        assert_eq!(error.place(), Some(&*folder.path().join("none")));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();

        write_atomic(&link, b"new").unwrap();

        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn a_temporary_name_in_use_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        // This process's next names, as if left by an earlier process of its id.
        for count in 0..200 {
            let name = format!("{TEMP_PREFIX}{}-{count}", process::id());
            fs::write(folder.path().join(name), "left").unwrap();
        }
        write_atomic(&folder.path().join("file"), b"bytes").unwrap();
        assert_eq!(names(folder.path()).len(), 201);
    }

    #[test]
    fn only_old_temporary_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let age = |name: &str, hours: u64| {
            let file = File::create(folder.path().join(name)).unwrap();
            let at = SystemTime::now() - Duration::from_secs(hours * 3600);
            file.set_modified(at).unwrap();
        };
        age(".tmp-1-1", 2);
        age(".tmp-1-2", 0);
        age("index.json", 2);
        remove_old_temps(folder.path(), Duration::from_secs(3600));
        assert_eq!(names(folder.path()), [".tmp-1-2", "index.json"]);
    }

    #[test]
    fn reading_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(read(&path, "the file", 4).unwrap().is_none());
        fs::write(&path, "1234").unwrap();
        assert_eq!(read(&path, "the file", 4).unwrap().unwrap(), b"1234");
        assert_eq!(read(&path, "the file", 3).unwrap_err().code(), "EXT0312");
        let error = read(folder.path(), "the file", 4).unwrap_err();
        assert_eq!(error.code(), "EXT0314");
    }
}
