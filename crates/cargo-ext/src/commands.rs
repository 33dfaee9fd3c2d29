//! The verbs, one file each.

mod add;
mod application;
mod build;
mod check;
mod deploy;
mod deployments;
mod dev;
mod doc;
mod doctor;
mod explain;
mod history;
mod inspect;
mod item;
mod list;
mod logs;
mod mcp;
mod migrate;
mod new;
mod open;
mod package;
mod publish;
mod remove;
mod rollback;
mod run;
mod scaffold;
mod serve;
mod shellfiles;
mod signals;
mod sync;
mod token;
mod undeploy;

use crate::cli::{ActionVerb, Cli, Command, EnumVerb, ErrorVerb, StructureVerb, TokenVerb};
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
        Command::Dev(arguments) => dev::run(arguments, shell),
        Command::Deploy(arguments) => deploy::run(arguments, shell),
        Command::Deployments(arguments) => deployments::run(arguments, shell),
        Command::Rollback(arguments) => rollback::run(arguments, shell),
        Command::Undeploy(arguments) => undeploy::run(arguments, shell),
        Command::History(arguments) => history::run(arguments, shell),
        Command::Logs(arguments) => logs::run(arguments, shell),
        Command::Token(arguments) => match &arguments.verb {
            TokenVerb::Add(arguments) => token::add(arguments, shell),
            TokenVerb::List(arguments) => token::list(arguments, shell),
            TokenVerb::Revoke(arguments) => token::revoke(arguments, shell),
        },
        Command::Build(arguments) => build::run(arguments, shell),
        Command::Check(arguments) => check::run(arguments, shell),
        Command::Run(arguments) => run::run(arguments, common),
        Command::Inspect(arguments) => inspect::run(arguments, common, shell),
        Command::Doc(arguments) => doc::run(arguments, common, shell),
        Command::Package(arguments) => package::run(arguments, shell),
        Command::Publish(arguments) => publish::run(arguments, common, shell),
        Command::Add(arguments) => add::run(arguments, common, shell),
        Command::Remove(arguments) => remove::run(arguments, shell),
        Command::List(arguments) => list::run(arguments, common, shell),
        Command::Doctor(arguments) => doctor::run(arguments, common, shell),
        Command::Explain { code } => explain::run(code.as_deref(), shell),
        Command::Completions { shell: name } => shellfiles::completions(*name, shell),
        Command::Man { folder } => shellfiles::man(folder, shell),
    }
}
