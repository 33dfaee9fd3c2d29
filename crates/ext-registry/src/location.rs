//! Which folders this user's registry, settings and caches are in.
//!
//! | what | variable | default on Linux (XDG Base Directory) |
//! |---|---|---|
//! | registry | `EXT_REGISTRY`, then `registry` in the settings | `~/.local/share/cargo-ext/registry` |
//! | address of a server | `EXT_SERVER`, then `server` in the settings | this machine |
//! | settings | `CARGO_EXT_CONFIG` | `~/.config/cargo-ext/config.toml` |
//! | the server | `--data` | `~/.local/share/cargo-ext/server` |
//! | caches | `CARGO_EXT_CACHE` | `~/.cache/cargo-ext` |
//!
//! On macOS the defaults are `~/Library/Application Support` and `~/Library/Caches`, on
//! Windows `%APPDATA%` and `%LOCALAPPDATA%`, with `cargo-ext` below.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

const OURS: &str = "cargo-ext";

/// What the settings file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `registry`: the folder of the registry.
    pub registry: Option<PathBuf>,
    /// `toolchain`: the rustup toolchain that builds extensions.
    pub toolchain: Option<String>,
    /// `server`: the address of the platform server.
    pub server: Option<String>,
}

impl Settings {
    /// Reads the settings; none when there is no file.
    ///
    /// # Errors
    /// When there is a file that is no TOML, or has something else than strings in it.
    pub fn load() -> Result<Self, Error> {
        let Some(path) = settings_file() else {
            return Ok(Self::default());
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                return Err(ErrorKind::Io { action: "read", path, source }.into());
            }
        };
        let invalid =
            |reason: String| Error::from(ErrorKind::SettingsInvalid { path: path.clone(), reason });
        let document: toml_edit::DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| invalid(error.message().to_owned()))?;
        let string = |key: &str| match document.get(key) {
            None => Ok(None),
            Some(item) => match item.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(invalid(format!("`{key}` must be a string"))),
            },
        };
        for (key, _) in document.iter() {
            if !["registry", "toolchain", "server"].contains(&key) {
                return Err(invalid(format!(
                    "unknown key `{key}`; known are: registry, toolchain, server"
                )));
            }
        }
        Ok(Self {
            registry: string("registry")?.map(PathBuf::from),
            toolchain: string("toolchain")?,
            server: string("server")?,
        })
    }
}

/// The folder of the registry: the one that is asked for, else as the table says.
///
/// # Errors
/// When the settings cannot be read, or the machine tells no folder for this user.
pub fn registry_dir(asked: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(asked) = asked {
        return Ok(asked.to_owned());
    }
    if let Some(variable) = variable("EXT_REGISTRY") {
        return Ok(variable);
    }
    if let Some(setting) = Settings::load()?.registry {
        return Ok(setting);
    }
    data_dir().map(|data| data.join("registry")).ok_or_else(|| {
        ErrorKind::RegistryNotFound { root: PathBuf::from("$HOME/.local/share/cargo-ext/registry") }
            .into()
    })
}

/// The folder of what belongs to the user and cannot be made again, if the machine tells one.
pub fn data_dir() -> Option<PathBuf> {
    let base = base("XDG_DATA_HOME", ".local/share", "Library/Application Support", "APPDATA");
    base.map(|base| base.join(OURS))
}

/// The file of the settings, if the machine tells a folder for this user.
pub fn settings_file() -> Option<PathBuf> {
    variable("CARGO_EXT_CONFIG").or_else(|| {
        let base = base("XDG_CONFIG_HOME", ".config", "Library/Application Support", "APPDATA");
        base.map(|base| base.join(OURS).join("config.toml"))
    })
}

/// The folder of caches, if the machine tells one for this user: everything in it can be
/// made again.
pub fn cache_dir() -> Option<PathBuf> {
    variable("CARGO_EXT_CACHE").or_else(|| {
        let base = base("XDG_CACHE_HOME", ".cache", "Library/Caches", "LOCALAPPDATA");
        base.map(|base| base.join(OURS))
    })
}

fn base(xdg: &str, linux: &str, macos: &str, windows: &str) -> Option<PathBuf> {
    if cfg!(windows) {
        return variable(windows);
    }
    let below_home = |below: &str| variable("HOME").map(|home| home.join(below));
    if cfg!(target_os = "macos") {
        return below_home(macos);
    }
    // The specification has relative paths ignored.
    variable(xdg).filter(|path| path.is_absolute()).or_else(|| below_home(linux))
}

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
