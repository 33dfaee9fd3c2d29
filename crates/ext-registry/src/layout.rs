//! One OCI image layout on disk: the repository of one package.
//!
//! Spec: [image-layout.md](https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md).
//! Besides what it names, the folder holds `.lock`, an empty file that a publish locks.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use semver::Version;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::fs::{io_error, is_absent, read, remove_old_temps, replace, sync_folder};
use crate::oci::{
    Descriptor, Index, LAYOUT_VERSION, LayoutMarker, MANIFEST_TYPE, MAX_JSON, Manifest, REF_NAME,
    tag_of, version_of,
};
use crate::{Digest, Error, ErrorKind};

/// A live publish is done with a temporary file in seconds.
const TEMP_AGE: Duration = Duration::from_secs(3600);

/// The image layout in a folder, which may not exist yet.
pub(crate) struct Layout {
    folder: PathBuf,
}

/// A version in `index.json`.
pub(crate) struct Entry {
    pub(crate) version: Version,
    pub(crate) descriptor: Descriptor,
}

impl Layout {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn index_path(&self) -> PathBuf {
        self.folder.join("index.json")
    }

    fn marker_path(&self) -> PathBuf {
        self.folder.join("oci-layout")
    }

    fn blobs(&self) -> PathBuf {
        self.folder.join("blobs").join("sha256")
    }

    pub(crate) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    /// Whether there is something to read. A folder without `index.json` is what a first
    /// publish leaves when it is killed.
    pub(crate) fn exists(&self) -> bool {
        self.index_path().is_file()
    }

    /// `index.json`; `None` when there is none.
    pub(crate) fn index(&self) -> Result<Option<Index>, Error> {
        let path = self.index_path();
        let Some(bytes) = read(&path, "the index", MAX_JSON)? else {
            return Ok(None);
        };
        let index: Index = parse(&bytes, &path)?;
        check_schema(index.schema_version, &path)?;

        let path = self.marker_path();
        let Some(bytes) = read(&path, "the marker of the image layout", MAX_JSON)? else {
            let reason = "it is missing, and makes a folder an OCI image layout".into();
            return Err(ErrorKind::Corrupt { path, reason }.into());
        };
        let LayoutMarker { image_layout_version: version } = parse(&bytes, &path)?;
        if version != LAYOUT_VERSION {
            let reason =
                format!("the image layout has version `{version}`, not `{LAYOUT_VERSION}`");
            return Err(ErrorKind::Unsupported { path, reason }.into());
        }
        Ok(Some(index))
    }

    /// The versions that `index` names, in ascending order. Descriptors without a tag,
    /// or whose tag is no version (`latest`), are other tools' affair. Of two with the
    /// same tag the first counts.
    pub(crate) fn entries(&self, index: &Index) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for value in &index.manifests {
            let Some(tag) = (value.get("annotations"))
                .and_then(|annotations| annotations.get(REF_NAME))
                .and_then(|tag| tag.as_str())
            else {
                continue;
            };
            let Some(version) = version_of(tag) else {
                continue;
            };
            let descriptor =
                Descriptor::deserialize(value).map_err(|error| ErrorKind::Corrupt {
                    path: self.index_path(),
                    reason: format!("the descriptor of `{tag}`: {error}"),
                })?;
            entries.push(Entry { version, descriptor });
        }
        entries.sort_by(|a, b| a.version.cmp(&b.version));
        entries.dedup_by(|b, a| a.version == b.version);
        Ok(entries)
    }

    /// The manifest behind a descriptor of `index.json`, verified.
    pub(crate) fn manifest(&self, descriptor: &Descriptor) -> Result<Manifest, Error> {
        let unsupported = |path, reason| Err(ErrorKind::Unsupported { path, reason }.into());
        let media_type = &descriptor.media_type;
        if media_type != MANIFEST_TYPE {
            let reason = format!("a descriptor has media type `{media_type}`");
            return unsupported(self.index_path(), reason);
        }
        let path = self.blob_path(&descriptor.digest);
        let manifest: Manifest = parse(&self.blob("the manifest", descriptor, MAX_JSON)?, &path)?;
        check_schema(manifest.schema_version, &path)?;
        match &manifest.media_type {
            Some(media_type) if media_type != MANIFEST_TYPE => {
                unsupported(path, format!("the manifest has media type `{media_type}`"))
            }
            _ => Ok(manifest),
        }
    }

    /// The blob that `descriptor` refers to, its size and digest verified.
    pub(crate) fn blob(
        &self,
        what: &'static str,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Vec<u8>, Error> {
        let path = self.check_size(what, descriptor, limit)?;
        let bytes = read(&path, what, limit)?.unwrap_or_default();
        let found = Digest::of(&bytes);
        if found != descriptor.digest {
            let reason = format!("its content has digest {found}, its name says another");
            return Err(ErrorKind::Corrupt { path, reason }.into());
        }
        Ok(bytes)
    }

    /// The path of the blob that `descriptor` refers to, its size verified.
    pub(crate) fn check_size(
        &self,
        what: &'static str,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<PathBuf, Error> {
        let path = self.blob_path(&descriptor.digest);
        let size = descriptor.size;
        if size > limit {
            let path = Some(path);
            return Err(ErrorKind::TooLarge { what, path, size, limit }.into());
        }
        let reason = match fs::metadata(&path) {
            Ok(metadata) if metadata.len() == size => return Ok(path),
            Ok(metadata) => format!("it has {} bytes, not {size}", metadata.len()),
            Err(error) if is_absent(&error) => format!("{what} is missing"),
            Err(error) => return Err(io_error("read", &path)(error)),
        };
        Err(ErrorKind::Corrupt { path, reason }.into())
    }

    /// Whether the blob is on disk with just these bytes. One that cannot be read is not.
    pub(crate) fn holds(&self, digest: &Digest, bytes: &[u8]) -> bool {
        let path = self.blob_path(digest);
        let same_size = fs::metadata(&path)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64);
        same_size && File::open(&path).is_ok_and(|file| has_content(file, bytes))
    }

    /// Creates the folder and waits for the right to write in it, which ends with the
    /// returned file. `wait` is the longest that it waits.
    pub(crate) fn lock(&self, root: &Path, wait: Duration) -> Result<File, Error> {
        self.create_folders(root)?;
        let path = self.folder.join(".lock");
        let file = (OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(io_error("lock", &path))?;
        let deadline = Instant::now() + wait;
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(ErrorKind::Busy { path }.into()),
            }
        }
    }

    fn create_folders(&self, root: &Path) -> Result<(), Error> {
        let blobs = self.blobs();
        if blobs.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&blobs).map_err(io_error("create", &blobs))?;
        // Each new name is on disk only when the folder that it stands in is.
        for folder in blobs.ancestors().skip(1) {
            sync_folder(folder)?;
            if folder == root {
                break;
            }
        }
        Ok(())
    }

    /// Under the lock: tidies up after killed publishes, and sees to the marker.
    pub(crate) fn prepare(&self) -> Result<(), Error> {
        remove_old_temps(&self.folder, TEMP_AGE);
        remove_old_temps(&self.blobs(), TEMP_AGE);
        let path = self.marker_path();
        if !path.exists() {
            let marker = LayoutMarker { image_layout_version: LAYOUT_VERSION.into() };
            let marker = serde_json::to_vec(&marker).map_err(json_error(&path))?;
            replace(&path, &marker)?;
        }
        Ok(())
    }

    /// Under the lock: writes a blob, unless it is there. One that is damaged, which a
    /// power loss can do, is written again.
    pub(crate) fn write_blob(&self, digest: &Digest, bytes: &[u8]) -> Result<(), Error> {
        if self.holds(digest, bytes) {
            return Ok(());
        }
        replace(&self.blob_path(digest), bytes)
    }

    /// Under the lock, after all the blobs: makes them a version.
    pub(crate) fn tag(
        &self,
        mut index: Index,
        version: &Version,
        mut descriptor: Descriptor,
    ) -> Result<(), Error> {
        let annotations = descriptor.annotations.get_or_insert_default();
        annotations.insert(REF_NAME.into(), tag_of(version));
        let path = self.index_path();
        let value = serde_json::to_value(&descriptor).map_err(json_error(&path))?;
        index.manifests.push(value);
        let mut bytes = serde_json::to_vec_pretty(&index).map_err(json_error(&path))?;
        bytes.push(b'\n');
        check_json_size("the index", Some(&path), &bytes)?;
        sync_folder(&self.blobs())?;
        replace(&path, &bytes)?;
        sync_folder(&self.folder)
    }

    /// Under the lock: brings rewritten blobs onto the disk.
    pub(crate) fn sync_blobs(&self) -> Result<(), Error> {
        sync_folder(&self.blobs())
    }
}

/// A JSON file as what it should be.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::from(ErrorKind::Corrupt { path: path.into(), reason: error.to_string() })
    })
}

/// A manifest and an index have schema version 2; version 1 was Docker's.
fn check_schema(version: u32, path: &Path) -> Result<(), Error> {
    if version == 2 {
        return Ok(());
    }
    let reason = format!("it has schema version {version}, not 2");
    let path = path.into();
    Err(ErrorKind::Unsupported { path, reason }.into())
}

/// What we write we must be able to read again.
pub(crate) fn check_json_size(
    what: &'static str,
    path: Option<&Path>,
    bytes: &[u8],
) -> Result<(), Error> {
    let size = bytes.len() as u64;
    if size <= MAX_JSON {
        return Ok(());
    }
    Err(ErrorKind::TooLarge { what, path: path.map(Path::to_path_buf), size, limit: MAX_JSON }
        .into())
}

/// A value that does not become JSON, for `map_err`.
fn json_error(path: &Path) -> impl FnOnce(serde_json::Error) -> Error {
    |error| io_error("write", path)(error.into())
}

/// Whether `file` holds `bytes` and nothing else, without reading it all at once.
fn has_content(mut file: File, bytes: &[u8]) -> bool {
    let mut buffer = [0; 1 << 14];
    let mut rest = bytes;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return rest.is_empty(),
            Ok(count) => match rest.strip_prefix(&buffer[..count]) {
                Some(after) => rest = after,
                None => return false,
            },
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_the_lock_ends() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("acme/orders"));
        let short = Duration::from_millis(30);
        let held = layout.lock(root.path(), short).unwrap();
        let error = layout.lock(root.path(), short).unwrap_err();
        assert_eq!(error.code(), "EXT0313");
        assert_eq!(error.place(), Some(&*layout.folder.join(".lock")));
        drop(held);
        layout.lock(root.path(), short).unwrap();
    }

    #[test]
    fn an_index_that_could_not_be_read_again_is_not_written() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("acme/orders"));
        let _lock = layout.lock(root.path(), Duration::ZERO).unwrap();
        let mut index = Index::new();
        index.manifests = vec!["x".repeat(1 << 20).into(); 4];
        let descriptor = Descriptor::of(MANIFEST_TYPE, b"");
        let error = layout.tag(index, &Version::new(1, 0, 0), descriptor);
        assert_eq!(error.unwrap_err().code(), "EXT0312");
        assert!(!layout.exists());
    }
}
