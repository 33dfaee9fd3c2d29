//! The arguments of `cargo ext sync`.

use std::path::PathBuf;

use clap::Args;

use super::Building;

#[derive(Debug, Args)]
pub struct Sync {
    /// A WIT world (a file whose name ends with `.wit`), or what `inspect --format json` prints
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub definition: PathBuf,
    /// Show the changes as a diff, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub building: Building,
}
