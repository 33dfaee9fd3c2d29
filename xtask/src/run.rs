//! Running commands, and errors that name the command, how it ended and what to do.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::cache;
use crate::say::{self, Stage};

/// How much of a failed command's log is shown.
const LINES_SHOWN: usize = 60;

/// What comes of a chore.
pub type Result<T = ()> = std::result::Result<T, Failure>;

/// Why a chore cannot go on.
#[derive(Debug)]
pub struct Failure {
    what: String,
    advice: Option<String>,
    usage: bool,
}

impl Failure {
    /// Something went wrong.
    pub fn new(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), advice: None, usage: false }
    }

    /// The user typed something that makes no sense.
    pub fn usage(what: impl Into<String>) -> Failure {
        Failure { usage: true, ..Failure::new(what) }
    }

    /// A file or folder could not be read, written, …
    pub fn file(verb: &str, path: &Path, error: io::Error) -> Failure {
        Failure::new(format!("cannot {verb} {}: {error}", path.display()))
    }

    /// Adds what to do about it. What is said closer to the cause stays.
    pub fn advice(mut self, advice: impl Into<String>) -> Failure {
        self.advice.get_or_insert(advice.into());
        self
    }

    /// What the process ends with: 1, or 2 for a mistake in the arguments.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  help: {advice}"),
            None => Ok(()),
        }
    }
}

/// A command that runs.
pub struct Running {
    run: Run,
    child: Child,
}

impl Running {
    /// Waits until something is so, while the command runs.
    pub fn until(mut self, is_so: impl Fn() -> bool) -> Result<Running> {
        while !is_so() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failure::new(self.run.ended(status)));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(self)
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Result {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failure::new(self.run.ended(status))),
            Err(error) => Err(self.run.not_started(error)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that is about to run.
pub struct Run {
    command: Command,
}

impl Run {
    /// A command with the environment as it is.
    pub fn new(program: impl AsRef<OsStr>) -> Run {
        Run { command: Command::new(program) }
    }

    /// The cargo that runs this program, at the root of the workspace.
    pub fn cargo() -> Run {
        let mut run = Run::new(cache::variable("CARGO").unwrap_or_else(|| "cargo".into()));
        run.command.current_dir(workspace());
        // What cargo tells the programs that it runs about themselves would be wrong there.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                run.command.env_remove(name);
            }
        }
        run
    }

    /// A command of another toolchain: nothing that the cargo around this program, or its
    /// user, set for *this* toolchain reaches it. How to get at the network does.
    pub fn foreign(program: impl AsRef<OsStr>) -> Run {
        let mut run = Run::new(program);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let kept = [
                "CARGO_HOME",
                "CARGO_HTTP_",
                "CARGO_NET_",
                "CARGO_REGISTR",
                "CARGO_SOURCE_",
                "RUSTUP_",
                "RUST_",
            ];
            let stays =
                kept.iter().any(|kept| text.starts_with(kept)) && text != "RUSTUP_TOOLCHAIN";
            if !stays && (text.starts_with("CARGO") || text.starts_with("RUST")) {
                run.command.env_remove(&name);
            }
        }
        // Set by cargo and rustup to the libraries of the toolchain that they run.
        run.command.env_remove("LD_LIBRARY_PATH");
        // Empty values are stronger than the user's configuration file, absent ones are not.
        run.env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "")
            .env("CARGO_ENCODED_RUSTFLAGS", "")
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Run {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Run {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Run {
        self.command.env(name, value);
        self
    }

    /// Sets the folder in which the command runs.
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Run {
        self.command.current_dir(folder);
        self
    }

    /// Runs it and hands back what it wrote to its standard output.
    pub fn capture(mut self) -> Result<String> {
        let output = self.command.stdin(Stdio::null()).output().map_err(|e| self.not_started(e))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("{}\n{}", self.ended(output.status), said.trim_end())))
    }

    /// Runs it with its input and output connected to the user's.
    pub fn show(mut self) -> Result {
        let status = self.command.status().map_err(|e| self.not_started(e))?;
        if status.success() { Ok(()) } else { Err(Failure::new(self.ended(status))) }
    }

    /// Starts it with its output connected to the user's; it ends when it is dropped.
    pub fn start(mut self) -> Result<Running> {
        let child = self.command.stdin(Stdio::null()).spawn().map_err(|e| self.not_started(e))?;
        Ok(Running { run: self, child })
    }

    /// Runs it as a stage of this name: its output goes to a log, the last line is shown as
    /// progress, and when it fails the end of the log is shown.
    pub fn stage(self, name: &str) -> Result {
        say::stage(name, |stage| self.follow(stage, name))
    }

    fn follow(mut self, stage: &Stage, name: &str) -> Result {
        let folder = cache::folder()?.join("log");
        let slug: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = cache::create(&folder)?.join(format!("{slug}.log"));
        let log = File::create(&path).map_err(|e| Failure::file("write", &path, e))?;
        let both = log.try_clone().map_err(|e| Failure::file("write", &path, e))?;
        self.command.stdin(Stdio::null()).stdout(log).stderr(both);
        let mut child = self.command.spawn().map_err(|e| self.not_started(e))?;
        let mut pause = Duration::from_millis(5);
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => thread::sleep(pause),
                Err(e) => {
                    return Err(Failure::new(format!("cannot wait for {}: {e}", self.line())));
                }
            }
            // Short commands are not made to wait, long ones are not asked all the time.
            pause = (pause * 2).min(Duration::from_millis(200));
            stage.tick(|| tail(&path, 1));
        };
        if status.success() {
            return Ok(());
        }
        let shown = tail(&path, LINES_SHOWN);
        Err(Failure::new(format!(
            "{}\n{shown}\n  (all of it: {})",
            self.ended(status),
            path.display()
        )))
    }

    fn not_started(&self, error: io::Error) -> Failure {
        Failure::new(format!("cannot start {}: {error}", self.line()))
    }

    fn ended(&self, status: ExitStatus) -> String {
        format!("{} ended with {status}", self.line())
    }

    /// The command line as one would type it.
    fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        let words = words.map(|word| match word.to_string_lossy() {
            plain if plain.is_empty() || plain.contains([' ', '$', '"', '\'']) => {
                format!("{plain:?}")
            }
            plain => plain.into_owned(),
        });
        format!("`{}`", words.collect::<Vec<_>>().join(" "))
    }
}

/// The root of this repository.
pub fn workspace() -> PathBuf {
    let xtask =
        cache::variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(xtask).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where a program of this name is on the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    let folders: OsString = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// The last lines of a log that are not empty. Reads only its end: builds are chatty.
fn tail(path: &Path, lines: usize) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let length = fs::metadata(path).map_or(0, |found| found.len());
        // Whatever cannot be read is not shown: the log itself stays.
        let _ = file.seek(SeekFrom::Start(length.saturating_sub(16 * 1024)));
        let _ = file.read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text);
    let mut last: Vec<&str> =
        text.lines().rev().filter(|line| !line.trim().is_empty()).take(lines).collect();
    last.reverse();
    if lines == 1 { last.concat().trim().to_owned() } else { last.join("\n") }
}
