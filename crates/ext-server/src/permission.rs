//! What packages ask for and operators grant, one by one, as text: `http:api.example.com`,
//! `environment:API_KEY`, `folder:/srv/rates`.

use std::collections::BTreeSet;

use ext_definition::code;
use ext_definition::package::Permissions;
use ext_registry::PackageName;

use crate::problem::Problem;

/// Everything that a package asks for and that is somebody's to grant. What time it is, a
/// package is told because it says that it asks: the author's word is enough.
pub fn asked(permissions: &Permissions) -> BTreeSet<String> {
    let of = |kind: &'static str, all: &[String]| -> Vec<String> {
        all.iter().map(|it| format!("{kind}:{it}")).collect()
    };
    let Permissions { http, environment, folders, clocks: _ } = permissions;
    [of("http", http), of("environment", environment), of("folder", folders)]
        .concat()
        .into_iter()
        .collect()
}

/// Refuses what is asked for and not granted, all of it in one message.
pub fn check(
    name: &PackageName,
    asked: &BTreeSet<String>,
    granted: &BTreeSet<String>,
) -> Result<(), Problem> {
    let missing: Vec<String> = asked.difference(granted).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("`{name}` asks for what it has not been granted: {}", missing.join(", "));
    Err(Problem::new(code::NOT_GRANTED, message).with("missing", missing))
}

/// The host's form of what was granted, with values from the server's configuration.
pub fn parts<'a>(granted: &'a BTreeSet<String>, kind: &str) -> Vec<&'a str> {
    granted.iter().filter_map(|it| it.strip_prefix(kind)?.strip_prefix(':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_granted_is_told_together() {
        let permissions = Permissions {
            http: vec!["api.example.com".into()],
            environment: vec!["KEY".into(), "REGION".into()],
            folders: vec!["/srv".into()],
            clocks: true,
        };
        let asked = asked(&permissions);
        let name = PackageName::new("acme", "orders").unwrap();
        let granted = BTreeSet::from(["environment:KEY".to_owned(), "http:*".to_owned()]);
        let problem = check(&name, &asked, &granted).unwrap_err();
        assert_eq!(problem.code(), code::NOT_GRANTED);
        let missing = ["environment:REGION", "folder:/srv", "http:api.example.com"];
        assert_eq!(problem.member("missing"), Some(&missing.as_slice().into()));
        check(&name, &asked, &asked).unwrap();
        assert_eq!(parts(&asked, "environment"), ["KEY", "REGION"]);
    }
}
