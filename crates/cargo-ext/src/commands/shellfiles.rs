//! Completions and man pages, both made from the command line's own definition.

use std::path::Path;

use crate::artifact::create_folder;
use crate::cli;
use crate::failure::Failure;
use crate::shell::Shell;

pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    clap_complete::generate(shell, &mut cli::command(), "cargo-ext", &mut std::io::stdout());
    Ok(())
}

pub fn man(folder: &Path, shell: &Shell) -> Result<(), Failure> {
    create_folder(folder)?;
    // The pages are called cargo-ext.1, cargo-ext-new.1, …: `cargo help ext` finds the first.
    let command = cli::command().bin_name("cargo-ext");
    clap_mangen::generate_to(command, folder)
        .map_err(|error| Failure::file("written", folder, &error))?;
    shell.status("Wrote", folder.display());
    Ok(())
}
