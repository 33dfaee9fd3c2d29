//! Compiled code on disk: a package is compiled once for a machine and a version of the
//! runtime, by whichever program comes first.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use ext_registry::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The folder for one engine's code.
pub struct Compiled(Option<PathBuf>);

impl Compiled {
    pub fn new(engine: &Engine, cache: Option<&Path>) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let key = format!("compiled/{:016x}", hasher.finish());
        Self(cache.map(|folder| folder.join(key)))
    }

    /// The code of a component: from disk, or compiled now and kept. A cache that cannot be
    /// written costs time, nothing else.
    pub fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let Some(folder) = &self.0 else { return Component::new(engine, bytes) };
        let digest = Digest::of(bytes);
        let file = folder.join(format!("{}.cwasm", digest.hex()));
        // SAFETY: the folder belongs to the user, and only programs of this user with this
        // crate write there (whole files, renamed into place); wasmtime itself checks its
        // version and settings.
        if let Ok(component) = unsafe { Component::deserialize_file(engine, &file) } {
            return Ok(component);
        }
        let code = engine.precompile_component(bytes)?;
        if private_folder(folder)
            .and_then(|()| {
                ext_registry::fs::write_atomic(&file, &code).map_err(std::io::Error::other)
            })
            .is_ok()
        {
            // SAFETY: as above. The file is mapped, so that programs share its memory.
            if let Ok(component) = unsafe { Component::deserialize_file(engine, &file) } {
                return Ok(component);
            }
        }
        // SAFETY: these bytes were made just now by the same engine.
        unsafe { Component::deserialize(engine, &code) }
    }
}

impl Compiled {
    /// Removes the code, and what was left half written, whose file is not kept. What cannot be
    /// removed stays.
    pub fn sweep(&self, keeps: &dyn Fn(&str) -> bool) {
        // Beside this engine's folder are those of others, which were here before an update.
        let all = self.0.as_deref().and_then(Path::parent).map(std::fs::read_dir);
        for engine in all.into_iter().flatten().flatten().flatten() {
            for file in std::fs::read_dir(engine.path()).into_iter().flatten().flatten() {
                let is_kept = file.file_name().to_str().is_none_or(keeps);
                if !is_kept {
                    let _ = std::fs::remove_file(file.path());
                }
            }
        }
    }
}

/// Makes a folder, and those above it, that nobody else can look into.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
