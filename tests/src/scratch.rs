//! A scratch folder with a registry of its own, and the command run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{cargo_ext, root};

/// A folder that goes away with the test. Its name has a space and an umlaut: paths have.
pub struct Scratch {
    _folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

/// What a command said.
pub struct Said {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The exit code; -1 when it was killed.
    pub code: i32,
}

impl Said {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless the command failed with this exit code and said this.
    #[track_caller]
    pub fn failure(self, code: i32, said: &str) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(self.err.contains(said), "`{said}` is not in:\n{}", self.err);
        self
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// A new, empty folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("with späce");
        std::fs::create_dir(&path).expect("a folder in it");
        Self { _folder: Some(folder), path }
    }

    /// A folder that is emptied now and stays: for what lives as long as the test's process,
    /// whose end runs no code.
    pub fn kept(name: &str) -> Self {
        let path = root().join("target/tmp").join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self { _folder: None, path }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its registry.
    pub fn registry(&self) -> PathBuf {
        self.path.join("the registry")
    }

    /// `cargo-ext ext ARGUMENTS`, in a folder below.
    pub fn command(&self, below: &str, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(cargo_ext());
        command.arg("ext").args(arguments).current_dir(self.path.join(below));
        self.environment(&mut command);
        command
    }

    /// Runs it.
    pub fn ext(&self, below: &str, arguments: &[&str]) -> Said {
        self.command(below, arguments).output().expect("cargo-ext starts").into()
    }

    /// Runs cargo in a folder below.
    pub fn cargo(&self, below: &str, arguments: &[&str]) -> Said {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(self.path.join(below));
        self.environment(&mut command);
        command.output().expect("cargo starts").into()
    }

    fn environment(&self, command: &mut Command) {
        // What cargo tells this test about itself is none of the project's business.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.env("EXT_REGISTRY", self.registry());
        command.env("CARGO_EXT_CONFIG", self.path.join("no settings"));
        // Dependencies are compiled once for all tests.
        command.env("CARGO_TARGET_DIR", root().join("target/e2e"));
    }

    /// Replaces a text in a file below, which must be there.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path.join(file);
        let text = std::fs::read_to_string(&path).expect("the file is there");
        assert!(text.contains(from), "`{from}` is not in {file}:\n{text}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("the file can be written");
    }

    /// The text of a file below.
    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path.join(file)).expect("the file is there")
    }
}

/// A tool that `cargo xtask test` installs. Without it a test cannot run, and says so.
#[track_caller]
pub fn tool(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!("{variable} is not set: run the tests with `cargo xtask test`"),
    }
}
