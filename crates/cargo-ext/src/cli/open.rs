//! The arguments of `cargo ext open`.

use clap::Args;

use super::Selection;

#[derive(Debug, Args)]
pub struct Open {
    /// An action or a type; the crate's root file otherwise
    pub name: Option<String>,
    #[command(flatten)]
    pub selection: Selection,
}
