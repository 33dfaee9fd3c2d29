//! The verbs, one file each.

mod add;
mod application;
mod build;
mod check;
mod doc;
mod doctor;
mod explain;
mod inspect;
mod list;
mod migrate;
mod new;
mod package;
mod publish;
mod remove;
mod run;
mod scaffold;
mod shellfiles;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::shell::Shell;

/// Runs the command that was typed.
pub fn run(cli: &Cli, shell: &Shell) -> Result<(), Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::New(arguments) => new::run(arguments, shell),
        Command::Migrate(arguments) => migrate::run(arguments, shell),
        Command::Build(arguments) => build::run(arguments, shell),
        Command::Check(arguments) => check::run(arguments, shell),
        Command::Run(arguments) => run::run(arguments, common, shell),
        Command::Inspect(arguments) => inspect::run(arguments, common, shell),
        Command::Doc(arguments) => doc::run(arguments, common, shell),
        Command::Package(arguments) => package::run(arguments, shell),
        Command::Publish(arguments) => publish::run(arguments, common, shell),
        Command::Add(arguments) => add::run(arguments, common, shell),
        Command::Remove(arguments) => remove::run(arguments, shell),
        Command::List(arguments) => list::run(arguments, common, shell),
        Command::Doctor(arguments) => doctor::run(arguments, common, shell),
        Command::Explain { code } => explain::run(code, shell),
        Command::Completions { shell: name } => shellfiles::completions(*name),
        Command::Man { folder } => shellfiles::man(folder, shell),
    }
}
