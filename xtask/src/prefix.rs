//! The toolchain made from Debian packages: Debian's rustc, its own library built for
//! `wasm32-wasip2`, and the linkers of an installed rustup toolchain, laid out in a folder
//! that rustup can link.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::cache;
use crate::debian;
use crate::run::{Failure, Result, Run};
use crate::say;
use crate::toolchain::{self, TARGET};

/// The compiler, its cargo and the source of its library, as bookworm's security suite has
/// them for building browsers: newer than the distribution's own rustc.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The C library for the target, and the first suite that has it for this target.
const LIBC: (&str, &str) = ("wasi-libc", "trixie");

/// Where the packages put their programs. A rustc of rustup that comes earlier on the search
/// path is not the one that we mean.
const BIN: &str = "/usr/bin";

/// What linking for the target needs of a rustup toolchain; Debian has no `rust-lld`.
const LINKERS: [&str; 3] = ["rust-lld", "wasm-component-ld", "gcc-ld"];

/// Written last; says which compiler the folder was made for.
const COMPLETE: &str = "complete";

/// Debian's compiler.
struct Compiler {
    release: String,
    host: String,
    sysroot: PathBuf,
}

impl Compiler {
    /// The installed one, if there is one.
    fn installed() -> Result<Option<Compiler>> {
        let rustc = Path::new(BIN).join("rustc");
        if !rustc.exists() {
            return Ok(None);
        }
        let version = Run::foreign(&rustc).arg("-vV").capture()?;
        let field = |name: &str| {
            let value = version.lines().find_map(|line| line.strip_prefix(name));
            let value = value.map(|value| value.trim().to_owned());
            value.ok_or_else(|| {
                Failure::new(format!("{} -vV has no line `{name}`", rustc.display()))
            })
        };
        let sysroot = Run::foreign(&rustc).args(["--print", "sysroot"]).capture()?;
        Ok(Some(Compiler {
            release: field("release:")?,
            host: field("host:")?,
            sysroot: sysroot.trim().into(),
        }))
    }

    /// Whether this repository can be built with it.
    fn is_new_enough(&self) -> bool {
        number(&self.release) >= number(env!("CARGO_PKG_RUST_VERSION"))
    }

    /// The folder for this compiler's toolchain.
    fn prefix(&self) -> Result<PathBuf> {
        Ok(cache::folder()?.join("toolchain").join(format!("{}-{TARGET}", self.release)))
    }
}

/// Major and minor number of a version.
fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// Tells one build of the compiler from another without running it: a library fits only the
/// very compiler that it was built with.
fn stamp() -> Result<String> {
    let path = Path::new(BIN).join("rustc");
    let failed = |e| Failure::file("look at", &path, e);
    let rustc = fs::metadata(&path).map_err(failed)?;
    let written = rustc.modified().map_err(failed)?;
    let seconds = written.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(format!("rustc of {seconds} s, {} bytes\n", rustc.len()))
}

/// Whether this folder is one of ours; rustup may also link one that someone else made.
pub fn is_ours(folder: &Path) -> bool {
    folder.join(COMPLETE).exists()
}

/// Whether one of our folders is whole and still fits what is installed: the compiler may
/// have been upgraded, and the toolchain with the linkers removed.
pub fn is_sound(prefix: &Path) -> bool {
    let made_for = fs::read_to_string(prefix.join(COMPLETE)).ok();
    made_for.is_some()
        && made_for == stamp().ok()
        && toolchain::has_target(prefix)
        && linker_folder(prefix).is_some()
}

/// The folder of an earlier run, if it is sound.
pub fn cached() -> Result<Option<PathBuf>> {
    let Some(compiler) = Compiler::installed()? else {
        return Ok(None);
    };
    Ok(Some(compiler.prefix()?).filter(|prefix| is_sound(prefix)))
}

/// Makes the toolchain and hands back its folder. What an interrupted run left is used again.
pub fn build() -> Result<PathBuf> {
    let compiler = install()?;
    let prefix = compiler.prefix()?;
    let work = prefix.with_file_name(format!("{}-{TARGET}.partial", compiler.release));
    // Parts built by another build of the compiler would end up beside those of this one.
    let begun = work.join("begun");
    let stamp = stamp()?;
    if fs::read_to_string(&begun).ok().as_ref() != Some(&stamp) {
        cache::remove(&work)?;
        cache::create(&work)?;
        cache::write(&begun, &stamp)?;
    }

    // First what may be missing, then what takes long.
    let linkers = find_linkers(&compiler.host)?;
    let libc = debian::unpack(LIBC.0, LIBC.1, &work.join("libc"))?;
    let library = build_library(&work.join("library"))?;

    let new = work.join("prefix");
    cache::remove(&new)?;
    lay_out(&new, &compiler, &library, &libc.join("usr/lib").join(TARGET), &linkers)?;
    cache::write(&new.join(COMPLETE), &stamp)?;
    cache::remove(&prefix)?;
    fs::rename(&new, &prefix).map_err(|e| Failure::file("rename", &new, e))?;
    cache::remove(&work)?;
    Ok(prefix)
}

/// Debian's compiler, installed or upgraded where needed.
fn install() -> Result<Compiler> {
    debian::install(&PACKAGES)?;
    match Compiler::installed()? {
        Some(compiler) if compiler.is_new_enough() => return Ok(compiler),
        _ => debian::upgrade(&PACKAGES)?,
    }
    match Compiler::installed()? {
        Some(compiler) if compiler.is_new_enough() => Ok(compiler),
        Some(compiler) => Err(Failure::new(format!(
            "this system's rustc-web is of version {}, and {} is needed",
            compiler.release,
            env!("CARGO_PKG_RUST_VERSION")
        ))
        .advice("enable the security suite of the distribution, or link a toolchain yourself: rustup toolchain link ext-wasm FOLDER")),
        None => Err(Failure::new(format!("the package rustc-web is installed, but {BIN}/rustc is not there"))),
    }
}

/// Builds the standard library for the target and hands back the folder with its parts.
fn build_library(work: &Path) -> Result<PathBuf> {
    cache::create(&work.join("src"))?;
    // A crate without a line: cargo builds the library only for some crate.
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    cache::write(&work.join("Cargo.toml"), manifest)?;
    cache::write(&work.join("src/lib.rs"), "")?;
    let target = work.join("target");
    // The package's own `vendor` folder is no source: it leaves out the object files that the
    // crate `wit-bindgen` brings ready-made. So cargo gets these crates from its registry.
    Run::foreign(Path::new(BIN).join("cargo"))
        .args(["build", "-Zbuild-std=std,panic_abort", "--release", "--target", TARGET])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", Path::new(BIN).join("rustc"))
        .env("CARGO_TARGET_DIR", &target)
        // Without it, no crate could be built with link-time optimisation.
        .env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes")
        .dir(work)
        .stage(&format!("build the standard library for {TARGET}"))?;
    Ok(target.join(TARGET).join("release/deps"))
}

fn lay_out(
    prefix: &Path,
    compiler: &Compiler,
    library: &Path,
    libc: &Path,
    linkers: &Path,
) -> Result {
    let rustlib = prefix.join("lib/rustlib");
    let target = rustlib.join(TARGET).join("lib");
    let host = rustlib.join(&compiler.host);
    copy(library, &target, |name| name.ends_with(".rlib") && !name.starts_with("libempty-"))?;
    copy(libc, &target.join("self-contained"), |name| {
        name.ends_with(".a") || name.ends_with(".o")
    })?;
    link(
        &compiler.sysroot.join("lib/rustlib").join(&compiler.host).join("lib"),
        &host.join("lib"),
    )?;
    for linker in LINKERS {
        // Links, not copies: they find their LLVM beside the place where they really are.
        link(&linkers.join(linker), &host.join("bin").join(linker))?;
    }
    for (program, script) in [
        ("rustc", format!("exec {BIN}/rustc --sysroot \"$prefix\" \"$@\"")),
        ("rustdoc", format!("exec {BIN}/rustdoc --sysroot \"$prefix\" \"$@\"")),
        (
            "cargo",
            format!(
                "export RUSTC=\"${{RUSTC:-$prefix/bin/rustc}}\" RUSTDOC=\"${{RUSTDOC:-$prefix/bin/rustdoc}}\"\nexec {BIN}/cargo \"$@\""
            ),
        ),
    ] {
        // The folder is found, not written down: it has another name until it is complete.
        let text =
            format!("#!/bin/sh\nprefix=$(cd \"${{0%/*}}/..\" && pwd -P) || exit 1\n{script}\n");
        write_program(&prefix.join("bin").join(program), &text)?;
    }
    Ok(())
}

/// Copies the files whose names are wanted into a new folder; at least one is expected.
fn copy(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result {
    cache::create(to)?;
    let mut any = false;
    for entry in fs::read_dir(from).map_err(|e| Failure::file("read", from, e))? {
        let entry = entry.map_err(|e| Failure::file("read", from, e))?;
        let name = entry.file_name();
        if wanted(&name.to_string_lossy()) {
            fs::copy(entry.path(), to.join(&name))
                .map_err(|e| Failure::file("copy", &entry.path(), e))?;
            any = true;
        }
    }
    if any {
        Ok(())
    } else {
        Err(Failure::new(format!("{} has none of the files expected there", from.display())))
    }
}

/// The folder with the linkers: that of the active toolchain, else of any that rustup has.
fn find_linkers(host: &str) -> Result<PathBuf> {
    let active = toolchain::active().ok();
    let folders =
        fs::read_dir(toolchain::rustup_home()?.join("toolchains")).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.sort();
    let candidates = active.into_iter().chain(folders);
    // Our own folder holds links to one of the others only.
    let mut candidates = candidates.filter(|folder| !is_ours(folder));
    let found = candidates.find_map(|folder| {
        linker_folder(&folder).filter(|bin| bin.ends_with(Path::new(host).join("bin")))
    });
    found.ok_or_else(|| {
        Failure::new(format!(
            "no rustup toolchain for {host} has the linkers {}",
            LINKERS.join(", ")
        ))
        .advice("install one: rustup toolchain install stable")
    })
}

/// Where a toolchain has the linkers, all of them, for whichever host.
fn linker_folder(toolchain: &Path) -> Option<PathBuf> {
    let hosts = fs::read_dir(toolchain.join("lib/rustlib")).ok()?;
    let mut folders = hosts.flatten().map(|host| host.path().join("bin"));
    folders.find(|bin| LINKERS.iter().all(|linker| bin.join(linker).exists()))
}

/// Builds a tiny program for the target with the linked toolchain, optimised at link time
/// because that asks more of the library than any other way does.
pub fn verify() -> Result {
    let work = cache::folder()?.join("toolchain").join("verify");
    cache::remove(&work)?;
    cache::create(&work.join("src"))?;
    let manifest = "[package]\nname = \"tiny\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.release]\nlto = true\n";
    cache::write(&work.join("Cargo.toml"), manifest)?;
    cache::write(
        &work.join("src/main.rs"),
        "fn main() {\n    println!(\"{:?} {:?}\", std::time::SystemTime::now(), std::fs::read(\"file\"));\n}\n",
    )?;
    let target = work.join("target");
    Run::foreign("cargo")
        .args([
            &format!("+{}", toolchain::LINKED),
            "build",
            "--release",
            "--target",
            TARGET,
            "--offline",
        ])
        .env("CARGO_TARGET_DIR", &target)
        .dir(&work)
        .stage(&format!("build a tiny program for {TARGET}"))?;
    let program = target.join(TARGET).join("release/tiny.wasm");
    let bytes = fs::read(&program).map_err(|e| Failure::file("read", &program, e))?;
    // The component model's binary format: version 13, layer 1, where a core module has 1, 0.
    if !bytes.starts_with(b"\0asm\x0d\0\x01\0") {
        return Err(Failure::new(format!("{} is not a WebAssembly component", program.display())));
    }
    say::line(&format!("     … it is a component of {} KB", bytes.len() / 1000));
    cache::remove(&work)
}

#[cfg(unix)]
fn link(original: &Path, link: &Path) -> Result {
    if let Some(folder) = link.parent() {
        cache::create(folder)?;
    }
    std::os::unix::fs::symlink(original, link)
        .map_err(|e| Failure::file("create the link", link, e))
}

#[cfg(unix)]
fn write_program(path: &Path, text: &str) -> Result {
    use std::os::unix::fs::PermissionsExt;
    if let Some(folder) = path.parent() {
        cache::create(folder)?;
    }
    cache::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|e| Failure::file("make executable", path, e))
}

// Debian runs nowhere else, but the rest of `cargo xtask` has to compile there.
#[cfg(not(unix))]
fn link(_: &Path, link: &Path) -> Result {
    Err(Failure::new(format!("cannot create the link {} on this system", link.display())))
}

#[cfg(not(unix))]
fn write_program(path: &Path, _: &str) -> Result {
    Err(Failure::new(format!("cannot create the program {} on this system", path.display())))
}
