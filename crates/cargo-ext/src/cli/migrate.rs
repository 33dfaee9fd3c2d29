//! The arguments of `cargo ext migrate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Migrate {
    #[command(subcommand)]
    pub from: Platform,
}

#[derive(Debug, Subcommand)]
pub enum Platform {
    /// OutSystems: the C# sources of an O11 extension or an ODC external library
    #[command(
        name = "outsystems",
        after_help = "\
What is written has the same actions, parameters and structures, with bodies left open, and a
report of what needs a human: MIGRATION.md.

Examples:
  cargo ext migrate outsystems ../orders/Source/NET --namespace acme
  cargo ext migrate outsystems ~/src/IbanChecker --namespace acme --output iban"
    )]
    Outsystems(Outsystems),
}

#[derive(Debug, Args)]
pub struct Outsystems {
    /// The folder with the `.cs` files; those below it are read too
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub path: PathBuf,
    /// Who publishes the extension: a word or several, joined by hyphens
    #[arg(long)]
    pub namespace: Option<String>,
    /// The name, if it is not made from the C# one
    #[arg(long)]
    pub name: Option<String>,
    /// The folder to make [default: the name]
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}
