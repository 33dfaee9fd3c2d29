//! The verbs, one file each.

mod add;
mod application;
mod build;
mod check;
mod doc;
mod doctor;
mod explain;
mod inspect;
mod item;
mod list;
mod mcp;
mod migrate;
mod new;
mod open;
mod package;
mod publish;
mod remove;
mod run;
mod scaffold;
mod serve;
mod shellfiles;
mod sync;

use crate::cli::{ActionVerb, Cli, Command, EnumVerb, ErrorVerb, StructureVerb};
use crate::failure::Failure;
use crate::shell::Shell;

/// Runs the command that was typed.
pub fn run(cli: &Cli, shell: &Shell) -> Result<(), Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::New(arguments) => new::run(arguments, shell),
        Command::Migrate(arguments) => migrate::run(arguments, shell),
        Command::Action(arguments) => match &arguments.verb {
            ActionVerb::Add(arguments) => item::action(arguments, shell),
        },
        Command::Structure(arguments) => match &arguments.verb {
            StructureVerb::Add(arguments) => item::structure(arguments, shell),
        },
        Command::Enum(arguments) => match &arguments.verb {
            EnumVerb::Add(arguments) => item::enumeration(arguments, false, shell),
        },
        Command::Error(arguments) => match &arguments.verb {
            ErrorVerb::Add(arguments) => item::enumeration(arguments, true, shell),
        },
        Command::Sync(arguments) => sync::run(arguments, shell),
        Command::Open(arguments) => open::run(arguments, shell),
        Command::Mcp(arguments) => mcp::run(arguments, common, shell),
        Command::Serve(arguments) => serve::run(arguments, common, shell),
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
