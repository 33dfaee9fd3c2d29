//! `cargo ext explain`: what a code means, and what to do about it.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;

use crate::failure::Failure;
use crate::shell::Shell;

pub fn run(asked: &str, shell: &Shell) -> Result<(), Failure> {
    let asked = asked.to_uppercase();
    let Some((code, title)) = codes().find(|(code, _)| *code == asked) else {
        let message = format!("no message of cargo ext has the code `{asked}`");
        let help = "codes are written as in the message, such as EXT0202";
        return Err(Failure::usage(Diagnostic::error(code::CODE_UNKNOWN, message).help(help)));
    };
    shell.print(format!("{code}: {title}\n\n{}", code::explanation(code).unwrap_or_default()));
    Ok(())
}

/// Every code and its title.
fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let ours = code::ALL.iter().map(|(code, title)| (code.0, *title));
    ours.chain(ext_registry::CODES.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once_and_in_order() {
        let mut codes: Vec<&str> = codes().map(|(code, _)| code).collect();
        codes.sort_unstable();
        let explained: Vec<&str> = code::EXPLANATIONS
            .lines()
            .filter(|line| line.starts_with("EXT") && line.len() == 7)
            .collect();
        assert_eq!(explained, codes);
        for code in codes {
            assert!(code::explanation(code).is_some_and(|text| text.trim().len() > 40), "{code}");
        }
    }
}
