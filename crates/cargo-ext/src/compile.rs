//! Running cargo: from source to a core module.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cargo_metadata::{CompilerMessage, Message, Package, TargetKind};
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;

use crate::cli::Building;
use crate::failure::Failure;
use crate::shell::Shell;
use crate::toolchain::{TARGET, Toolchain};

/// What cargo made.
pub struct Module {
    /// The core module.
    pub path: PathBuf,
}

/// What a module is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be packed.
    Package,
    /// To be checked: what macros and the build script find wrong comes with the definition.
    Check,
}

/// How one extension's core module is built. cargo writes its own progress and errors.
pub struct Cargo<'a> {
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
}

impl Cargo<'_> {
    /// Builds it to be packed.
    pub fn build(&self) -> Result<Module, Failure> {
        self.module(self.run(Purpose::Package)?)
    }

    /// Builds it for its definition, mistakes included.
    pub fn build_with_mistakes(&self) -> Result<Module, Failure> {
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
        self.build()
    }

    fn command(&self, purpose: Purpose) -> Command {
        let Self { package, building, profile, shell, .. } = self;
        let mut command = self.toolchain.cargo();
        command.arg(if purpose == Purpose::Check { "rustc" } else { "build" });
        command.args(["--target", TARGET, "--profile", profile, "--lib"]);
        command.arg("--manifest-path").arg(package.manifest_path.as_std_path());
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
        if purpose == Purpose::Check {
            command.env("CARGO_EXT_CHECK", "1");
            command.args(["--crate-type", "cdylib", "--", "--cfg", "ext_check"]);
        }
        command
    }

    fn run(&self, purpose: Purpose) -> Result<Run, Failure> {
        let mut command = self.command(purpose);
        self.shell.detail("Running", format!("{command:?}"));
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(no_cargo)?;
        let mut run = Run { succeeded: false, module: None, messages: Vec::new() };
        if let Some(output) = child.stdout.take() {
            for message in Message::parse_stream(BufReader::new(output)) {
                match message.map_err(no_cargo)? {
                    Message::CompilerArtifact(artifact)
                        if artifact.package_id == self.package.id
                            && artifact.target.kind.contains(&TargetKind::CDyLib) =>
                    {
                        let files = artifact.filenames.into_iter();
                        let mut modules = files.filter(|it| it.extension() == Some("wasm"));
                        run.module = modules.next().map(Into::into);
                    }
                    Message::CompilerMessage(message)
                        if purpose == Purpose::Check && message.package_id == self.package.id =>
                    {
                        run.messages.push(message);
                    }
                    Message::CompilerMessage(message) => self.show(&message),
                    _ => {}
                }
            }
        }
        run.succeeded = child.wait().map_err(no_cargo)?.success();
        Ok(run)
    }

    fn show(&self, message: &CompilerMessage) {
        match &message.message.rendered {
            Some(text) if !self.shell.is_json() => self.shell.rendered(text),
            _ => self.shell.message("compiler-message", message),
        }
    }

    fn module(&self, run: Run) -> Result<Module, Failure> {
        let name = &self.package.name;
        if !run.succeeded {
            let message = format!("`{name}` does not build");
            return Err(Failure::input(
                Diagnostic::error(code::BUILD_FAILED, message)
                    .help("cargo's messages above say why"),
            ));
        }
        run.module.map(|path| Module { path }).ok_or_else(|| {
            Failure::input(
                Diagnostic::error(
                    code::BUILD_FAILED,
                    format!("the build of `{name}` gave no module"),
                )
                .help("an extension's `[lib]` needs `crate-type = [\"cdylib\", \"rlib\"]`"),
            )
        })
    }
}

fn no_cargo(error: std::io::Error) -> Failure {
    let message = format!("cargo cannot be run: {error}");
    Failure::environment(Diagnostic::error(code::TOOLCHAIN, message))
}
