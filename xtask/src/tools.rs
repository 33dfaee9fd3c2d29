//! Programs that only tests need: other people's tools, which judge what we make. Each is
//! installed once, when it is missing.

use std::path::PathBuf;

use crate::cache;
use crate::debian;
use crate::run::{self, Failure, Result, Run};

/// The release of wasm-tools that shares its libraries' version with the workspace.
const WASM_TOOLS: &str = "1.254.0";

/// The release of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.2";

/// The release of wasmtime that `ext-host` is built on, so that the same code is compared.
const WASMTIME: &str = "48.0.8";

/// For what is not worth being optimised.
const QUICKLY: [&str; 3] = ["--debug", "--config", "profile.dev.debug = false"];

/// wasm-tools with `validate`, `print` and `component`.
pub fn wasm_tools() -> Result<PathBuf> {
    let features = ["--no-default-features", "--features", "validate,print,component"];
    from_crates("wasm-tools", WASM_TOOLS, "wasm-tools", |cargo| {
        // Built for a few small files: what optimising costs is never earned back.
        Ok(cargo.args(features).args(QUICKLY))
    })
}

/// cargo-fuzz, which runs libFuzzer.
pub fn cargo_fuzz() -> Result<PathBuf> {
    from_crates("cargo-fuzz", CARGO_FUZZ, "cargo-fuzz", |cargo| {
        if run::find("c++").is_none() && debian::is_here() {
            // libFuzzer is C++, and built with the targets.
            debian::install(&["g++"])?;
        }
        // It starts others, and does nothing itself that would have to be fast.
        Ok(cargo.args(QUICKLY))
    })
}

/// wasmtime with `serve`, as fast as its own release.
pub fn wasmtime() -> Result<PathBuf> {
    // What `serve` needs; it does not build without `run` and `component-model-async`.
    let features =
        "run,serve,component-model-async,cranelift,parallel-compilation,pooling-allocator";
    from_crates("wasmtime-cli", WASMTIME, "wasmtime", |cargo| {
        Ok(cargo.args(["--no-default-features", "--features", features]))
    })
}

/// A program of a crate, in this version exactly. `more` adds to the arguments of `cargo install`.
fn from_crates(
    package: &str,
    version: &str,
    program: &str,
    more: impl FnOnce(Run) -> Result<Run>,
) -> Result<PathBuf> {
    let root = cache::folder()?.join("tools").join(format!("{package}-{version}"));
    let path = root.join("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.exists() {
        return Ok(path);
    }
    let _lock = cache::lock("tools")?;
    if path.exists() {
        return Ok(path);
    }
    let target = root.join("target");
    let cargo = Run::cargo()
        .args(["install", package, "--version", &format!("={version}"), "--locked", "--root"])
        .arg(&root)
        .env("CARGO_TARGET_DIR", &target);
    more(cargo)?.stage(&format!("install {program}"))?;
    cache::remove(&target)?;
    Ok(path)
}

/// curl, with which people try what answers over HTTP.
pub fn curl() -> Result<PathBuf> {
    from_package("curl", "curl")
}

/// openssl, which makes certificates.
pub fn openssl() -> Result<PathBuf> {
    from_package("openssl", "openssl")
}

/// skopeo, which copies between OCI registries, layouts and archives.
pub fn skopeo() -> Result<PathBuf> {
    from_package("skopeo", "skopeo")
}

/// Chromium, or a browser of its kin, in which pages are looked at.
pub fn chromium() -> Result<PathBuf> {
    let kin = ["chromium-browser", "google-chrome", "google-chrome-stable"];
    match run::find("chromium").or_else(|| kin.into_iter().find_map(run::find)) {
        Some(path) => Ok(path),
        None => from_package("chromium", "chromium"),
    }
}

/// A Python interpreter that has these packages of the Python Package Index.
pub fn python_with(packages: &[&str]) -> Result<PathBuf> {
    let folder = cache::folder()?.join("tools").join(format!("python-{}", packages.join("-")));
    let (complete, python) = (folder.join("complete"), folder.join(python_of_environment()));
    // The interpreter is a link to the system's, which may be gone after an upgrade.
    let is_there = || complete.exists() && python.exists();
    if is_there() {
        return Ok(python);
    }
    let _lock = cache::lock("tools")?;
    if is_there() {
        return Ok(python);
    }
    let system = from_package("python3", "python3")?;
    if Run::new(&system).args(["-c", "import ensurepip"]).capture().is_err() && debian::is_here() {
        // Debian packages this part of Python's own library apart.
        debian::install(&["python3-venv"])?;
    }
    cache::remove(&folder)?;
    Run::new(&system).args(["-m", "venv"]).arg(&folder).stage("create a Python environment")?;
    Run::new(&python)
        .args(["-m", "pip", "install", "--disable-pip-version-check"])
        .args(packages)
        .stage(&format!("pip install {}", packages.join(" ")))?;
    cache::write(&complete, "")?;
    Ok(python)
}

/// A folder whose `node_modules` holds these packages of the npm registry, each with its version:
/// `ajv@8.20.0`.
pub fn npm_with(packages: &[&str]) -> Result<PathBuf> {
    let name = |it: &str| it.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
    let names: Vec<String> = packages.iter().map(|it| name(it)).collect();
    let folder = cache::folder()?.join("tools").join(format!("npm-{}", names.join("_")));
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    let _lock = cache::lock("tools")?;
    if complete.exists() {
        return Ok(folder);
    }
    let npm = from_package("npm", "npm")?;
    cache::remove(&folder)?;
    cache::create(&folder)?;
    // Without a manifest of its own npm would install into a folder above.
    cache::write(&folder.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    Run::new(npm)
        .args(["install", "--no-audit", "--no-fund", "--save-exact"])
        .args(packages)
        .dir(&folder)
        .stage(&format!("npm install {}", packages.join(" ")))?;
    cache::write(&complete, "")?;
    Ok(folder)
}

/// Node.js, which runs the packages of [`npm_with`].
pub fn node() -> Result<PathBuf> {
    from_package("node", "nodejs")
}

/// Where an environment keeps its interpreter.
fn python_of_environment() -> &'static str {
    if cfg!(windows) { "Scripts/python.exe" } else { "bin/python3" }
}

/// A program on the search path, installed from the Debian package when it is not there.
fn from_package(program: &str, package: &str) -> Result<PathBuf> {
    if let Some(path) = run::find(program) {
        return Ok(path);
    }
    let advice = format!("install {program} so that it is on the search path, then run this again");
    if debian::is_here() {
        debian::install(&[package]).map_err(|failure| failure.advice(&advice))?;
    }
    run::find(program).ok_or_else(|| {
        Failure::new(format!("the tests need {program}, which is not installed")).advice(advice)
    })
}
