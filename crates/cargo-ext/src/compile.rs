//! Running cargo: from source to a core module.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{CompilerMessage, Message, Package, TargetKind};
use ext_definition::diagnostic::Diagnostic;
use ext_definition::section::{self, Entry, SECTION};
use ext_definition::{artifact, code};

use crate::artifact::read;
use crate::cli::Building;
use crate::compiler_hints::Shown;
use crate::dependency::Progress;
use crate::failure::Failure;
use crate::host_settings;
use crate::project::Project;
use crate::shell::Shell;
use crate::target_folder::{Owners, is_same};
use crate::toolchain::{TARGET, Toolchain};

/// What a module is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be packed.
    Package,
    /// To be checked: what macros and the build script find wrong comes with the definition.
    Check,
}

/// How one extension's core module is built, by whoever holds the target folder's lock. cargo
/// writes its own progress and errors.
pub struct Cargo<'a> {
    pub project: &'a Project,
    pub package: &'a Package,
    pub building: &'a Building,
    pub profile: &'a str,
    pub toolchain: &'a Toolchain,
    pub shell: &'a Shell,
}

/// What became of it.
struct Run {
    succeeded: bool,
    module: Option<PathBuf>,
    /// Messages about the package that were not shown.
    messages: Vec<CompilerMessage>,
    /// What cargo said about other packages.
    progress: Progress,
}

impl Cargo<'_> {
    /// Builds the module to be packed.
    pub fn build(&self) -> Result<Vec<u8>, Failure> {
        self.own(|| self.module(self.run(Purpose::Package)?))
    }

    /// Builds the module for its definition, mistakes included.
    pub fn build_with_mistakes(&self) -> Result<Vec<u8>, Failure> {
        self.own(|| self.module_with_mistakes())
    }

    fn module_with_mistakes(&self) -> Result<Vec<u8>, Failure> {
        let run = self.run(Purpose::Check)?;
        if run.succeeded {
            run.messages.iter().for_each(|message| self.show(message));
            return self.module(run);
        }
        if run.messages.is_empty() {
            // It was something else than this package.
            return self.module(run);
        }
        // Without a module nobody would say what the macros found: rustc says it all.
        self.module(self.run(Purpose::Package)?)
    }

    /// Builds in this project's name: what another project left in the target folder is
    /// removed before, and a module of another project is not taken.
    fn own(&self, build: impl Fn() -> Result<Vec<u8>, Failure>) -> Result<Vec<u8>, Failure> {
        let target = self.project.target_of(self.building);
        let owners = Owners::new(self.project, self.package, target, self.profile);
        let foreign = owners.foreign();
        if foreign.is_empty() || self.clean(&foreign)? {
            owners.claim()?;
        }
        let module = build()?;
        if self.is_own(&module) {
            return Ok(module);
        }
        // A plain `cargo build` of another project writes no record.
        self.clean(&owners.packages())?;
        let module = build()?;
        match self.is_own(&module) {
            true => Ok(module),
            false => Err(Failure::environment(
                Diagnostic::error(
                    code::BUILD_FAILED,
                    format!(
                        "another project builds a crate like `{}` at the same time",
                        self.package.name
                    ),
                )
                .help("run this again, or give each project a target folder with `--target-dir`"),
            )),
        }
    }

    /// Whether a module was built from this package's folder, as far as it says.
    fn is_own(&self, module: &[u8]) -> bool {
        let section = artifact::custom_section(module, SECTION).ok().flatten();
        let entries = section.and_then(|it| section::decode(&it).ok()).unwrap_or_default();
        let folders: Vec<&str> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Package(entry) if !entry.folder.is_empty() => Some(entry.folder.as_str()),
                _ => None,
            })
            .collect();
        let own = self.package.manifest_path.parent();
        let is_own =
            |folder: &&str| own.is_some_and(|own| is_same(Path::new(folder), own.as_std_path()));
        folders.is_empty() || folders.iter().any(is_own)
    }

    /// Removes what was built of these packages; whether cargo could. If it could not, the
    /// build says why.
    fn clean(&self, packages: &[&str]) -> Result<bool, Failure> {
        let mut command = self.toolchain.cargo();
        command.args(["clean", "--quiet", "--target", TARGET, "--profile", self.profile]);
        self.common(&mut command);
        for package in packages {
            command.args(["--package", package]);
        }
        self.shell.detail("Running", format!("{command:?}"));
        let output = command.stdin(Stdio::null()).output().map_err(no_cargo)?;
        Ok(output.status.success())
    }

    /// What all of cargo's verbs take.
    fn common(&self, command: &mut Command) {
        let Self { package, building, .. } = self;
        command.arg("--manifest-path").arg(package.manifest_path.as_std_path());
        for (flag, set) in [
            ("--offline", building.offline),
            ("--locked", building.locked),
            ("--frozen", building.frozen),
        ] {
            if set {
                command.arg(flag);
            }
        }
        if let Some(folder) = &building.target_dir {
            command.arg("--target-dir").arg(folder);
        }
        host_settings::keep_out(command, self.shell);
    }

    fn command(&self, purpose: Purpose) -> Command {
        let Self { building, profile, shell, .. } = self;
        let mut command = self.toolchain.cargo();
        command.arg(if purpose == Purpose::Check { "rustc" } else { "build" });
        command.args(["--target", TARGET, "--profile", profile, "--lib"]);
        self.common(&mut command);
        let format = if shell.is_json() { "json" } else { "json-diagnostic-rendered-ansi" };
        command.args(["--message-format", format]);
        if shell.is_quiet() {
            command.arg("--quiet");
        }
        for feature in &building.features {
            command.args(["--features", feature]);
        }
        for (flag, set) in [
            ("--all-features", building.all_features),
            ("--no-default-features", building.no_default_features),
        ] {
            if set {
                command.arg(flag);
            }
        }
        if purpose == Purpose::Check {
            command.env("CARGO_EXT_CHECK", "1");
            command.args(["--crate-type", "cdylib", "--", "--cfg", "ext_check"]);
        }
        command
    }

    fn run(&self, purpose: Purpose) -> Result<Run, Failure> {
        let mut command = self.command(purpose);
        self.shell.detail("Running", format!("{command:?}"));
        if self.shell.has_colors() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(no_cargo)?;
        let stderr = child.stderr.take();
        let count = format!("error: could not compile `{}`", self.package.name);
        let copying = std::thread::spawn(move || stderr.map(|it| pass_on(it, &count)));
        let mut shown = Shown::default();
        let mut run = Run {
            succeeded: false,
            module: None,
            messages: Vec::new(),
            progress: Progress::default(),
        };
        if let Some(output) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(output)) {
                let message = message.map_err(no_cargo)?;
                run.progress.observe(&message);
                match message {
                    Message::CompilerArtifact(artifact)
                        if artifact.package_id == self.package.id
                            && artifact.target.kind.contains(&TargetKind::CDyLib) =>
                    {
                        let files = artifact.filenames.into_iter();
                        let mut modules = files.filter(|it| it.extension() == Some("wasm"));
                        run.module = modules.next().map(Into::into);
                    }
                    Message::CompilerMessage(message) if message.package_id == self.package.id => {
                        match shown.prepare(message) {
                            Some(message) if purpose == Purpose::Check => {
                                run.messages.push(message)
                            }
                            Some(message) => self.show(&message),
                            None => {}
                        }
                    }
                    Message::CompilerMessage(message) => self.show(&message),
                    _ => {}
                }
            }
        }
        run.succeeded = child.wait().map_err(no_cargo)?.success();
        let _ = copying.join();
        Ok(run)
    }

    fn show(&self, message: &CompilerMessage) {
        match &message.message.rendered {
            Some(text) if !self.shell.is_json() => self.shell.rendered(text),
            _ => self.shell.message("compiler-message", message),
        }
    }

    fn module(&self, run: Run) -> Result<Vec<u8>, Failure> {
        let name = &self.package.name;
        if !run.succeeded {
            let culprit = run.progress.culprit(self.package, self.building, self.toolchain);
            if let Some(culprit) = culprit {
                return Err(Failure::input(culprit));
            }
            let message = format!("`{name}` does not build");
            return Err(Failure::input(
                Diagnostic::error(code::BUILD_FAILED, message)
                    .help("cargo's messages above say why"),
            ));
        }
        let path = run.module.ok_or_else(|| {
            Failure::input(
                Diagnostic::error(
                    code::BUILD_FAILED,
                    format!("the build of `{name}` gave no module"),
                )
                .help("an extension's `[lib]` needs `crate-type = [\"cdylib\", \"rlib\"]`"),
            )
        })?;
        read(&path)
    }
}

/// Passes on what cargo writes to standard error, without its count of errors: some messages are
/// left out, and a check may build twice.
fn pass_on(stderr: impl Read, count: &str) {
    let mut line = Vec::new();
    let mut stderr = BufReader::new(stderr);
    while stderr.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(&line);
        let text = anstream::adapter::strip_str(&text).to_string();
        if !(text.starts_with(count) && text.contains(" due to ")) {
            let _ = anstream::stderr().write_all(&line);
        }
        line.clear();
    }
}

fn no_cargo(error: std::io::Error) -> Failure {
    let message = format!("cargo cannot be run: {error}");
    Failure::environment(Diagnostic::error(code::TOOLCHAIN, message))
}
