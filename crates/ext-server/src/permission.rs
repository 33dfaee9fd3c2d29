//! What packages ask for and operators grant, one by one, as text: `http:api.example.com`,
//! `environment:API_KEY`, `folder:/srv/rates`.

use std::collections::BTreeSet;
use std::path::Path;

use ext_definition::code;
use ext_definition::package::{Permissions, rules};
use ext_registry::PackageName;

use crate::auth::{Caller, Verb};
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

/// Refuses to grant what is none, what reaches the machine or its network from somebody who may
/// operate one namespace only, and the server's own folder from anybody.
pub fn may_grant(
    caller: &Caller,
    name: &PackageName,
    added: &[&String],
    data: &Path,
) -> Result<(), Problem> {
    let refused = |message: String| Err(Problem::new(code::BODY_UNREADABLE, message));
    for grant in added {
        let kind = grant.split_once(':');
        match kind {
            Some(("http", host)) if rules::host(host) => {
                if rules::is_near(host) {
                    caller.check(Verb::Operate, None)?;
                }
            }
            Some(("environment", variable)) if rules::variable(variable) => {}
            Some(("folder", folder)) if Path::new(folder).is_absolute() => {
                caller.check(Verb::Operate, None)?;
                let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
                let (folder, data) = (real(Path::new(folder)), real(data));
                if folder.starts_with(&data) || data.starts_with(&folder) {
                    return refused(format!(
                        "`{grant}` cannot be granted to `{name}`: the server's own folder is there"
                    ));
                }
            }
            _ => {
                return refused(format!(
                    "`{grant}` cannot be granted: there are `http:HOST`, `environment:NAME` and \
                     `folder:/PATH`"
                ));
            }
        }
    }
    Ok(())
}

/// The host's form of what was granted, with values from the server's configuration.
pub fn parts<'a>(granted: &'a BTreeSet<String>, kind: &str) -> Vec<&'a str> {
    granted.iter().filter_map(|it| it.strip_prefix(kind)?.strip_prefix(':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_operates_a_namespace_grants_nothing_of_the_machine() {
        let name = PackageName::new("acme", "orders").unwrap();
        let data = Path::new("/srv/ext");
        let may = |scope: &str, grant: &str| {
            let caller = Caller::of_scopes(&[scope.parse().unwrap()]);
            may_grant(&caller, &name, &[&grant.to_owned()], data).is_ok()
        };
        for grant in ["http:api.example.com", "http:*.example.com:8443", "environment:KEY"] {
            assert!(may("operate:acme", grant), "{grant}");
        }
        for grant in [
            "folder:/",
            "folder:/home",
            "http:localhost",
            "http:127.0.0.1:8470",
            "http:10.0.0.1",
            "http:127.0.0.0x1",
            "http:169.254.169.0XFE:80",
            "http:0x7f.1",
            "http:db",
            "http:*.localhost",
            "http:metadata.internal",
        ] {
            assert!(!may("operate:acme", grant), "{grant}");
        }
        assert!(may("operate", "folder:/home") && may("operate", "http:10.0.0.1"));
        for grant in [
            "folder:/",
            "folder:/srv/ext",
            "folder:/srv/ext/packages",
            "folder:rates",
            "http:*",
            "http:https://example.com",
            "everything",
            "",
        ] {
            assert!(!may("operate", grant), "{grant}");
        }
    }

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
