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

    /// The code of a component: from disk, or compiled now and stored. A cache that cannot be
    /// written costs time, nothing else.
    pub fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let Some(folder) = &self.0 else { return Component::new(engine, bytes) };
        let digest = Digest::of(bytes);
        let file = folder.join(format!("{}.cwasm", digest.hex()));
        if let Some(component) = stored(engine, &file) {
            return Ok(component);
        }
        let code = engine.precompile_component(bytes)?;
        if private_folder(folder).is_ok()
            && store(&file, &code).is_ok()
            && let Some(component) = stored(engine, &file)
        {
            return Ok(component);
        }
        // SAFETY: these bytes were made just now by the same engine.
        unsafe { Component::deserialize(engine, &code) }
    }

    /// Removes the code, and what was left half written, whose file is not kept. What cannot be
    /// removed stays.
    pub fn sweep(&self, keeps: &dyn Fn(&str) -> bool) {
        // Beside this engine's folder are those of others, which were here before an update.
        let all = self.0.as_deref().and_then(Path::parent).map(std::fs::read_dir);
        for engine in all.into_iter().flatten().flatten().flatten() {
            for file in std::fs::read_dir(engine.path()).into_iter().flatten().flatten() {
                let name = file.file_name();
                let is_kept = name
                    .to_str()
                    .is_none_or(|name| keeps(name.strip_suffix(DIGEST_SUFFIX).unwrap_or(name)));
                if !is_kept {
                    let _ = std::fs::remove_file(file.path());
                }
            }
        }
    }
}

/// What the name of a code file's digest has behind that of the code file.
const DIGEST_SUFFIX: &str = ".sha256";

fn digest_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(DIGEST_SUFFIX);
    name.into()
}

/// The code in a file, if the file holds what was stored.
///
/// wasmtime checks its version and settings in the file's head, not the code: a flipped bit
/// there would crash this process, or give wrong results.
fn stored(engine: &Engine, file: &Path) -> Option<Component> {
    let expected: Digest = std::fs::read_to_string(digest_file(file)).ok()?.parse().ok()?;
    if Digest::of(&std::fs::read(file).ok()?) != expected {
        return None;
    }
    // SAFETY: the file is as this crate wrote it, and only programs of this user can write to
    // its folder. It is mapped, so that programs share its memory.
    unsafe { Component::deserialize_file(engine, file) }.ok()
}

/// Writes code and its digest. The digest comes last: until then the file is not used.
fn store(file: &Path, code: &[u8]) -> Result<(), ext_registry::Error> {
    ext_registry::fs::write_atomic(file, code)?;
    ext_registry::fs::write_atomic(&digest_file(file), Digest::of(code).to_string().as_bytes())
}

/// Makes a folder, and those above it, that nobody else can look into.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest component.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    /// The file of the code, and the code.
    fn compiled(folder: &Path, engine: &Engine, cache: &Compiled) -> (PathBuf, Vec<u8>) {
        cache.component(engine, EMPTY).expect("it compiles");
        let files = std::fs::read_dir(folder.join("compiled")).expect("a folder");
        let engine = files.flatten().next().expect("the engine's folder").path();
        let file = engine.join(format!("{}.cwasm", Digest::of(EMPTY).hex()));
        let code = std::fs::read(&file).expect("the code");
        (file, code)
    }

    #[test]
    fn damaged_code_is_compiled_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::default();
        let cache = Compiled::new(&engine, Some(folder.path()));
        let (file, code) = compiled(folder.path(), &engine, &cache);
        let digest = std::fs::read(digest_file(&file)).expect("the digest");
        let healed = |what: &str| {
            cache.component(&engine, EMPTY).expect(what);
            assert_eq!(std::fs::read(&file).expect("the code"), code, "{what}");
            assert_eq!(std::fs::read(digest_file(&file)).expect("the digest"), digest, "{what}");
        };
        for at in (0..code.len()).step_by(code.len() / 40) {
            for bit in [0, 3, 7] {
                let mut damaged = code.clone();
                damaged[at] ^= 1 << bit;
                std::fs::write(&file, damaged).expect("written");
                healed(&format!("bit {bit} of byte {at}"));
            }
        }
        for (what, content) in [
            ("an empty file", &[][..]),
            ("a file that was cut", &code[..code.len() / 2]),
            ("another file", b"no code"),
        ] {
            std::fs::write(&file, content).expect("written");
            healed(what);
            std::fs::write(digest_file(&file), content).expect("written");
            healed(what);
        }
        // Code of an earlier version, which had no digest.
        std::fs::remove_file(digest_file(&file)).expect("removed");
        healed("no digest");
        std::fs::remove_file(&file).expect("removed");
        healed("no code");
        // Code is read, not compiled, when both are there.
        let before = std::fs::metadata(&file).and_then(|it| it.modified()).expect("a time");
        healed("nothing was changed");
        let after = std::fs::metadata(&file).and_then(|it| it.modified()).expect("a time");
        assert_eq!(before, after);
    }

    #[test]
    fn a_digest_goes_with_its_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::default();
        let cache = Compiled::new(&engine, Some(folder.path()));
        let (file, _) = compiled(folder.path(), &engine, &cache);
        cache.sweep(&|name| name.ends_with(".cwasm"));
        assert!(file.exists() && digest_file(&file).exists());
        cache.sweep(&|_| false);
        assert!(!file.exists() && !digest_file(&file).exists());
    }
}
