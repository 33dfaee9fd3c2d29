//! `cargo ext`: the life cycle of extensions as a cargo subcommand. Every verb is thin: it
//! reads its arguments, calls the crates below, and says what happened.

mod artifact;
mod calls;
mod cli;
mod commands;
mod compile;
mod compiler_hints;
mod compiler_message;
mod definition;
mod dependency;
mod failure;
mod files;
mod fix;
mod host_settings;
mod origin;
mod pack;
mod permissions;
mod project;
mod requests;
mod server;
mod shell;
mod snippet;
mod source;
mod store;
mod target_folder;
mod toolchain;
mod units;
mod vcs;
mod watch;

use std::process::ExitCode;

/// A server makes some hundred small allocations for each call; with the system's allocator that
/// is a tenth of its time, and more where that is musl's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows where each text belongs.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { failure::USAGE } else { 0 });
        }
    };
    let shell = shell::Shell::new(&cli.common);
    match commands::run(&cli, &shell) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            shell.failure(&failure);
            ExitCode::from(failure.exit)
        }
    }
}
