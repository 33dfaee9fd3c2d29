//! Completions and man pages, both made from the command line's own definition.

use std::path::Path;

use clap_complete::Shell as Name;

use crate::artifact::create_folder;
use crate::cli;
use crate::failure::Failure;
use crate::shell::Shell;

/// Prints a completion script. Nothing is said about a pipe that is closed early.
pub fn completions(name: Name, shell: &Shell) -> Result<(), Failure> {
    shell.print(script(name));
    Ok(())
}

/// clap's script for `cargo-ext`, and what completes `cargo ext` in the same way.
fn script(name: Name) -> String {
    // For bash, clap names the subcommands of a command with a hyphen in two ways.
    let command = if name == Name::Bash { "cargo_ext" } else { "cargo-ext" };
    let mut script = Vec::new();
    clap_complete::generate(name, &mut cli::command(), command, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match name {
        Name::Bash => {
            script.replace(" cargo_ext\n", " cargo-ext\n")
                + include_str!("../../completions/cargo-ext.bash")
        }
        Name::Fish => script + include_str!("../../completions/cargo-ext.fish"),
        Name::Zsh => script + include_str!("../../completions/cargo-ext.zsh"),
        Name::PowerShell => {
            const ELEMENTS: &str = "    $commandElements = $commandAst.CommandElements\n";
            let shorter = format!("{ELEMENTS}{}", include_str!("../../completions/cargo-ext.ps1"));
            script
                .replacen("-CommandName 'cargo-ext'", "-CommandName 'cargo-ext', 'cargo'", 1)
                .replacen(ELEMENTS, &shorter, 1)
        }
        _ => script,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_complete_both_spellings() {
        for (name, dispatch) in [
            (Name::Bash, "complete -F _cargo_ext_subcommand"),
            (Name::Zsh, "compdef _cargo-ext-subcommand cargo\n"),
            (Name::Fish, "complete -c cargo -n __cargo_ext_is_subcommand"),
            (Name::PowerShell, "-CommandName 'cargo-ext', 'cargo' "),
            (Name::PowerShell, "Select-Object -Skip 1"),
        ] {
            assert!(script(name).contains(dispatch), "{name}: {dispatch}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn bash_completes_the_subcommand() {
        let complete = |line: &str| {
            let ask = format!(
                "{}\nCOMP_WORDS=({line} ''); COMP_CWORD={}; \
                 _cargo_ext_subcommand cargo '' ''; echo \"${{COMPREPLY[@]}}\"",
                script(Name::Bash),
                line.split(' ').count(),
            );
            // Longer than an argument may be.
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(&file, ask).expect("written");
            let output = std::process::Command::new("bash").arg(file.path()).output();
            String::from_utf8_lossy(&output.expect("bash starts").stdout).into_owned()
        };
        assert!(complete("cargo ext").contains("publish"));
        assert!(complete("cargo +nightly ext").contains("publish"));
        assert!(complete("cargo ext token").contains("revoke"));
        assert!(
            script(Name::Bash)
                .contains("-F _cargo_ext -o nosort -o bashdefault -o default cargo-ext\n")
        );
        assert!(complete("cargo").contains("ext"));
        assert!(!complete("cargo build").contains("publish"));
    }
}
