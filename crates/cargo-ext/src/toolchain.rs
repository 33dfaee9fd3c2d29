//! Which toolchain builds for WebAssembly.
//!
//! The first that applies: `--toolchain`, `CARGO_EXT_TOOLCHAIN`, the settings; the active
//! one if it has the target; the active one after `rustup target add`; a rustup toolchain
//! named `ext-wasm`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_registry::location;

use crate::failure::Failure;
use crate::shell::Shell;

/// The target of extensions.
pub const TARGET: &str = "wasm32-wasip2";

/// The rustup toolchain that is used when the active one cannot have the target.
const OWN: &str = "ext-wasm";

/// A refused `rustup target add` is not tried again for this long.
const REFUSAL: Duration = Duration::from_secs(24 * 60 * 60);

/// A toolchain that has the target.
#[derive(Debug)]
pub struct Toolchain {
    /// Its folder, with `bin` and `lib`.
    pub sysroot: PathBuf,
    /// Whether cargo has to be told which rustc to use.
    foreign: bool,
}

impl Toolchain {
    /// Finds the toolchain, or says what to do.
    pub fn find(asked: Option<&str>, shell: &Shell) -> Result<Self, Failure> {
        if let Some(name) = asked_for(asked)? {
            return Self::named(&name);
        }
        let active = active_sysroot();
        if let Some(sysroot) = active.as_deref().filter(|it| has_target(it)) {
            return Ok(Self { sysroot: sysroot.to_owned(), foreign: false });
        }
        if let Some(sysroot) = active.as_deref()
            && add_target(shell)
            && has_target(sysroot)
        {
            return Ok(Self { sysroot: sysroot.to_owned(), foreign: false });
        }
        if let Some(sysroot) = rustup_toolchain(OWN).filter(|it| has_target(it)) {
            return Ok(Self { sysroot, foreign: true });
        }
        Err(Failure::environment(
            Diagnostic::error(code::TOOLCHAIN, format!("no toolchain here can build for {TARGET}"))
                .help(format!(
                    "run `rustup target add {TARGET}`; where that is refused, run `cargo xtask toolchain` \
                     in a checkout of cargo ext, or name a toolchain with `--toolchain`"
                )),
        ))
    }

    fn named(name: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        let sysroot = match path.is_absolute() {
            true => Some(path.to_owned()),
            false => rustup_toolchain(name),
        };
        match sysroot.filter(|sysroot| has_target(sysroot)) {
            Some(sysroot) => Ok(Self { sysroot, foreign: true }),
            None => Err(Failure::environment(
                Diagnostic::error(
                    code::TOOLCHAIN,
                    format!("the toolchain `{name}` has no target {TARGET}"),
                )
                .help(format!(
                    "run `rustup target add {TARGET} --toolchain {name}`, or name another one"
                )),
            )),
        }
    }

    /// Its cargo, ready for arguments.
    pub fn cargo(&self) -> Command {
        let bin = self.sysroot.join("bin");
        let tool = |name: &str| bin.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let own = tool("cargo");
        let mut command = match (own.is_file(), std::env::var_os("CARGO")) {
            (true, _) => Command::new(own),
            (false, Some(outer)) => Command::new(outer),
            (false, None) => Command::new("cargo"),
        };
        if self.foreign {
            // What an outer cargo or rustup set is about another toolchain.
            command.env("RUSTC", tool("rustc")).env("RUSTDOC", tool("rustdoc"));
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        }
        command
    }
}

fn asked_for(asked: Option<&str>) -> Result<Option<String>, Failure> {
    if let Some(asked) = asked {
        return Ok(Some(asked.to_owned()));
    }
    if let Some(name) = std::env::var("CARGO_EXT_TOOLCHAIN").ok().filter(|name| !name.is_empty()) {
        return Ok(Some(name));
    }
    Ok(location::Settings::load()?.toolchain)
}

/// Whether the target's standard library is there.
fn has_target(sysroot: &Path) -> bool {
    let lib = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(lib).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// The folder of the toolchain that cargo runs with here. rustup says it in the
/// environment; asking rustc costs a process.
fn active_sysroot() -> Option<PathBuf> {
    if std::env::var_os("RUSTC").is_none()
        && let Some(name) = std::env::var_os("RUSTUP_TOOLCHAIN")
    {
        let path = PathBuf::from(&name);
        let sysroot =
            if path.is_absolute() { Some(path) } else { rustup_toolchain(name.to_str()?) };
        if sysroot.is_some() {
            return sysroot;
        }
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim()))
}

fn rustup_toolchain(name: &str) -> Option<PathBuf> {
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".rustup"))
    })?;
    Some(home.join("toolchains").join(name)).filter(|path| path.is_dir())
}

/// Asks rustup for the target, aloud; a refusal is remembered for a day.
fn add_target(shell: &Shell) -> bool {
    let memory = location::cache_dir().map(|folder| folder.join("rustup-refused"));
    let refused_lately = memory.as_ref().is_some_and(|file| {
        let modified = std::fs::metadata(file).and_then(|it| it.modified());
        modified
            .is_ok_and(|then| SystemTime::now().duration_since(then).is_ok_and(|age| age < REFUSAL))
    });
    if refused_lately {
        return false;
    }
    shell.status("Installing", format!("the target {TARGET} (rustup target add {TARGET})"));
    let output = Command::new("rustup").args(["target", "add", TARGET]).output();
    let granted = output.as_ref().is_ok_and(|output| output.status.success());
    if !granted {
        let reason = match &output {
            Ok(output) => String::from_utf8_lossy(&output.stderr)
                .lines()
                .last()
                .unwrap_or_default()
                .to_owned(),
            Err(error) => error.to_string(),
        };
        shell.note("Refused", format!("by rustup: {reason}"));
        if let Some(file) = memory {
            // Forgetting it only means asking again.
            let _ = ext_registry::fs::write_atomic(&file, reason.as_bytes());
        }
    }
    granted
}

/// What `doctor` says of one toolchain.
pub fn describe(sysroot: &Path) -> String {
    sysroot
        .file_name()
        .map_or_else(|| sysroot.display().to_string(), |name| name.to_string_lossy().into_owned())
}
