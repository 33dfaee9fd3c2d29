//! `cargo ext explain`: what a code means, and what to do about it.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;

use crate::failure::Failure;
use crate::shell::Shell;

pub fn run(asked: Option<&str>, shell: &Shell) -> Result<(), Failure> {
    let Some(asked) = asked else {
        list(shell);
        return Ok(());
    };
    let asked = full(asked);
    let Some((code, title)) = codes().find(|(code, _)| *code == asked) else {
        let message = format!("no message of cargo ext has the code `{asked}`");
        let help = "`cargo ext explain` lists all codes";
        return Err(Failure::usage(Diagnostic::error(code::CODE_UNKNOWN, message).help(help)));
    };
    shell.print(format!("{code}: {title}\n\n{}", code::explanation(code).unwrap_or_default()));
    Ok(())
}

/// Prints every code with its title.
fn list(shell: &Shell) {
    let mut codes: Vec<_> = codes().collect();
    codes.sort_unstable();
    for (code, title) in codes {
        match shell.is_json() {
            true => shell.message("ext-code", &serde_json::json!({ "code": code, "title": title })),
            false => shell.print(format!("{code}  {title}")),
        }
    }
}

/// `EXT0907`, also from `0907`, `907` or `ext0907`.
fn full(asked: &str) -> String {
    let asked = asked.trim().to_uppercase();
    let digits = asked.strip_prefix("EXT").unwrap_or(&asked);
    match digits.chars().all(|it| it.is_ascii_digit()) && !digits.is_empty() {
        true => format!("EXT{digits:0>4}"),
        false => asked,
    }
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
    fn codes_are_read_with_and_without_their_letters() {
        for asked in ["EXT0907", "ext0907", "0907", "907", " EXT907"] {
            assert_eq!(full(asked), "EXT0907", "{asked}");
        }
        for asked in ["E0907", "", "EXT"] {
            assert_eq!(full(asked), asked);
        }
    }

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
