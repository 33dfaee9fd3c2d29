//! What an extension requests, as commands show it.

use ext_definition::package::Permissions;

use crate::calls::plain;
use crate::shell::Shell;

/// Shows what an extension requests and who grants it, in a short block; nothing, if it requests
/// nothing.
pub fn tell(permissions: &Permissions, where_granted: &str, shell: &Shell) {
    for (number, line) in lines(permissions, where_granted).into_iter().enumerate() {
        shell.note(if number == 0 { "Requests" } else { "" }, plain(&line));
    }
}

fn lines(permissions: &Permissions, where_granted: &str) -> Vec<String> {
    let granted = ext_server::asked_permissions(permissions);
    let mut lines: Vec<String> = granted.iter().map(|it| format!("--grant {it}")).collect();
    if !lines.is_empty() {
        lines.push(format!("denied unless granted, by these flags of {where_granted}"));
    }
    if permissions.clocks {
        lines.push("the time of day, which needs no grant".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_its_flag() {
        let permissions = Permissions {
            http: vec!["api.example.com".into()],
            environment: vec!["KEY".into()],
            folders: vec!["/srv".into()],
            clocks: true,
        };
        let expected = [
            "--grant environment:KEY",
            "--grant folder:/srv",
            "--grant http:api.example.com",
            "denied unless granted, by these flags of `cargo ext deploy`",
            "the time of day, which needs no grant",
        ];
        assert_eq!(lines(&permissions, "`cargo ext deploy`"), expected);
        assert!(lines(&Permissions::default(), "it").is_empty());
    }
}
