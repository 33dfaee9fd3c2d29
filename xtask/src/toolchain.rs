//! The verb `toolchain`: makes the WebAssembly target available, by the first way that works.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cache;
use crate::debian;
use crate::prefix;
use crate::run::{self, Failure, Result, Run};
use crate::say;

/// The target that extensions are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// The rustup toolchain that has the target where the active one cannot get it.
pub const LINKED: &str = "ext-wasm";

/// How long rustup is not asked again after it refused.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Which toolchain has the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The one that is active in this repository.
    Active,
    /// The one named [`LINKED`].
    Linked,
}

/// `cargo xtask toolchain [--from-debian]`.
pub fn verb(arguments: &[String]) -> Result {
    let toolchain = match arguments {
        [] => ensure()?,
        [option] if option == "--from-debian" => from_debian()?,
        _ => {
            return Err(Failure::usage("`toolchain` takes no argument but --from-debian"));
        }
    };
    say::line(&match toolchain {
        Toolchain::Active => format!("{TARGET} is available in the active toolchain"),
        Toolchain::Linked => {
            format!("{TARGET} is available in the toolchain {LINKED} (cargo +{LINKED} …)")
        }
    });
    Ok(())
}

/// Makes the target available. The ways that need no network come first.
pub fn ensure() -> Result<Toolchain> {
    let active = active()?;
    if has_target(&active) {
        return Ok(Toolchain::Active);
    }
    if linked_has_target()? {
        return Ok(Toolchain::Linked);
    }
    if prefix::cached()?.is_some() {
        return from_debian();
    }
    if add_target(&active)? && has_target(&active) {
        return Ok(Toolchain::Active);
    }
    from_debian()
}

/// The folder of the active toolchain.
pub fn active() -> Result<PathBuf> {
    // Asking rustc takes longer than all the rest of a run that finds everything in place, and
    // the cargo around this program knows: it is itself part of the toolchain.
    let named = cache::variable("RUSTUP_TOOLCHAIN")
        .map(|name| Ok::<_, Failure>(rustup_home()?.join("toolchains").join(name)));
    let cargo = cache::variable("CARGO").map(PathBuf::from);
    let around =
        cargo.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_path_buf);
    for folder in named.transpose()?.into_iter().chain(around) {
        if folder.join("lib/rustlib").is_dir() {
            return Ok(folder);
        }
    }
    Ok(Run::new("rustc").args(["--print", "sysroot"]).capture()?.trim().into())
}

/// Whether a toolchain's folder has the target's standard library.
pub fn has_target(toolchain: &Path) -> bool {
    let files = fs::read_dir(toolchain.join("lib/rustlib").join(TARGET).join("lib"));
    files.into_iter().flatten().flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// Where rustup keeps its toolchains.
pub fn rustup_home() -> Result<PathBuf> {
    match (cache::variable("RUSTUP_HOME"), env::home_dir()) {
        (Some(folder), _) => Ok(folder.into()),
        (None, Some(home)) => Ok(home.join(".rustup")),
        (None, None) => Err(Failure::new("no home directory is known").advice("set RUSTUP_HOME")),
    }
}

fn linked_folder() -> Result<PathBuf> {
    Ok(rustup_home()?.join("toolchains").join(LINKED))
}

fn linked_has_target() -> Result<bool> {
    let folder = linked_folder()?;
    Ok(if prefix::is_ours(&folder) { prefix::is_sound(&folder) } else { has_target(&folder) })
}

/// Asks rustup for the target; whether it got it. A refusal is remembered, so that a machine
/// that rustup cannot serve does not wait for it every time.
fn add_target(active: &Path) -> Result<bool> {
    let Some(name) = active.file_name().filter(|_| run::find("rustup").is_some()) else {
        return Ok(false);
    };
    let refused = refusal(name.to_string_lossy().as_ref())?;
    if cache::is_younger(&refused, DAY) {
        say::line(&format!(
            "rustup refused {TARGET} less than a day ago, not asked again (remove {} to ask)",
            refused.display()
        ));
        return Ok(false);
    }
    let added = Run::new("rustup")
        .args(["target", "add", TARGET, "--toolchain"])
        .arg(name)
        // What it says is shown to the user, who has no use for where in rustup it was said.
        .env("RUST_BACKTRACE", "0")
        .stage(&format!("rustup target add {TARGET}"));
    match added {
        Ok(()) => {
            cache::remove(&refused)?;
            Ok(true)
        }
        Err(failure) => {
            say::line(&format!(
                "rustup cannot add the target, so another way is tried; it said:\n{failure}"
            ));
            cache::create(&cache::folder()?)?;
            cache::write(&refused, &format!("{failure}\n"))?;
            Ok(false)
        }
    }
}

/// The file whose age tells when rustup last refused the target for a toolchain.
fn refusal(toolchain: &str) -> Result<PathBuf> {
    Ok(cache::folder()?.join(format!("rustup-refused-{TARGET}-{toolchain}")))
}

/// The toolchain made from Debian packages, linked under its name and tried out.
fn from_debian() -> Result<Toolchain> {
    let advice = format!(
        "either let rustup reach its download site and run `rustup target add {TARGET}`, or link a toolchain that has \
         the target: `rustup toolchain link {LINKED} FOLDER`"
    );
    if run::find("rustup").is_none() {
        let missing = Failure::new(format!(
            "the active toolchain has no {TARGET}, and there is no rustup to get it with"
        ));
        return Err(missing.advice("install rustup, then run this again"));
    }
    // Nobody else builds, links or tries out meanwhile.
    let _lock = cache::lock("toolchain")?;
    let prefix = match prefix::cached()? {
        Some(prefix) => prefix,
        None if !debian::is_here() => {
            let missing = format!(
                "{TARGET} is missing, and this system has no apt-get to make a toolchain from Debian packages with"
            );
            return Err(Failure::new(missing).advice(advice));
        }
        None => say::stage(&format!("make a toolchain for {TARGET} from Debian packages"), |_| {
            prefix::build()
        })
        .map_err(|failure| failure.advice(advice))?,
    };
    link(&prefix)?;
    if let Err(failure) = prefix::verify() {
        // What does not work must not be found and taken for sound by the next run.
        cache::remove(&prefix)?;
        return Err(failure);
    }
    Ok(Toolchain::Linked)
}

fn link(prefix: &Path) -> Result {
    let linked = fs::canonicalize(linked_folder()?);
    if linked.is_ok_and(|linked| fs::canonicalize(prefix).is_ok_and(|prefix| prefix == linked)) {
        return Ok(());
    }
    Run::new("rustup").args(["toolchain", "link", LINKED]).arg(prefix).capture()?;
    Ok(())
}
