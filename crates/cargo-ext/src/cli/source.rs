//! The arguments of the verbs that write source: `action add`, `structure add`, `enum add`,
//! `error add`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Selection;

#[derive(Debug, Args)]
pub struct Action {
    #[command(subcommand)]
    pub verb: ActionVerb,
}

#[derive(Debug, Subcommand)]
pub enum ActionVerb {
    /// Write an action with its body left open
    #[command(after_help = "\
Examples:
  cargo ext action add price_order --in 'lines: Vec<Line>' --in 'currency: String = \"EUR\"' --out Price --error PricingError
  cargo ext action add split --in 'total: u64' --out 'net: u64' --out 'tax: u64' --file src/tax.rs")]
    Add(ActionAdd),
}

#[derive(Debug, Args)]
pub struct ActionAdd {
    /// The action's name: snake case
    pub name: String,
    /// A parameter: `name: Type`, or `name: Type = default`; may be repeated
    #[arg(long = "in", value_name = "PARAMETER")]
    pub inputs: Vec<String>,
    /// What it answers with: `Type`, or several of `name: Type`
    #[arg(long = "out", value_name = "OUTPUT")]
    pub outputs: Vec<String>,
    /// The type of its errors
    #[arg(long, value_name = "TYPE")]
    pub error: Option<String>,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub struct Structure {
    #[command(subcommand)]
    pub verb: StructureVerb,
}

#[derive(Debug, Subcommand)]
pub enum StructureVerb {
    /// Write a structure
    #[command(after_help = "\
Examples:
  cargo ext structure add Line --field 'sku: String' --field 'quantity: u32 = 1'")]
    Add(StructureAdd),
}

#[derive(Debug, Args)]
pub struct StructureAdd {
    /// The structure's name: Pascal case
    pub name: String,
    /// A field: `name: Type`, or `name: Type = default`; may be repeated
    #[arg(long = "field", value_name = "FIELD", required = true)]
    pub fields: Vec<String>,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub struct Enum {
    #[command(subcommand)]
    pub verb: EnumVerb,
}

#[derive(Debug, Subcommand)]
pub enum EnumVerb {
    /// Write an enum
    #[command(after_help = "\
Examples:
  cargo ext enum add Color --case Red --case Green
  cargo ext enum add Payment --case Cash --case 'Card(String)'")]
    Add(EnumAdd),
}

#[derive(Debug, Args)]
pub struct Error {
    #[command(subcommand)]
    pub verb: ErrorVerb,
}

#[derive(Debug, Subcommand)]
pub enum ErrorVerb {
    /// Write an error: an enum of what can go wrong
    #[command(after_help = "\
Examples:
  cargo ext error add PricingError --case Empty --case 'UnknownCurrency(String)'")]
    Add(EnumAdd),
}

#[derive(Debug, Args)]
pub struct EnumAdd {
    /// Its name: Pascal case
    pub name: String,
    /// A case: `Name`, or `Name(Type)`; may be repeated
    #[arg(long = "case", value_name = "CASE", required = true)]
    pub cases: Vec<String>,
    #[command(flatten)]
    pub writing: Writing,
}

/// How an item is written.
#[derive(Debug, Args)]
pub struct Writing {
    /// The file to write to, a new one if it is not there [default: where its like stand]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Its description [default: a sentence made of its name]
    #[arg(long, value_name = "TEXT")]
    pub doc: Option<String>,
    /// Show the changes as a diff, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub selection: Selection,
}
