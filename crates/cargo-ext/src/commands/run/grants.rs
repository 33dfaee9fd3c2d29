//! `--grant`: what the call may reach of what the extension requests.

use ext_definition::package::{Permissions, rules};
use ext_host::Grants;

use super::usage;
use crate::failure::Failure;
use crate::shell::Shell;

/// The host's form of the permissions that were given.
pub fn grants(given: &[String], requested: &Permissions, shell: &Shell) -> Result<Grants, Failure> {
    let mut grants = Grants::default();
    for grant in given {
        match grant.split_once(':') {
            Some(("http", host)) if rules::host(host) => grants.http.push(host.to_owned()),
            Some(("environment", name)) if rules::variable(name) => {
                let value = std::env::var(name).map_err(|_| {
                    usage(format!("`--grant {grant}`: the variable `{name}` is not set here"))
                })?;
                grants.environment.insert(name.to_owned(), value);
            }
            Some(("folder", folder)) if !folder.is_empty() => {
                let folder = std::path::absolute(folder)
                    .map_err(|error| Failure::file("found", folder.as_ref(), &error))?;
                grants.folders.push(folder);
            }
            _ => {
                return Err(usage(format!(
                    "`--grant {grant}` is not `http:HOST`, `environment:NAME` or `folder:PATH`"
                )));
            }
        }
        let requests = ext_server::asked_permissions(requested);
        let kind = grant.split(':').next().unwrap_or_default();
        if !requests.iter().any(|it| it.split(':').next() == Some(kind)) {
            shell.note("Note", format!("the extension requests no permission like `{grant}`"));
        }
    }
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_granted_by_kind() {
        let shell =
            Shell::new(&crate::cli::parse(["cargo-ext".into(), "doctor".into()]).unwrap().common);
        let of = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|it| (*it).to_owned()).collect();
            grants(&given, &Permissions::default(), &shell)
        };
        let granted = of(&["http:api.example.com", "folder:/srv", "environment:PATH"]).unwrap();
        assert_eq!(granted.http, ["api.example.com"]);
        assert_eq!(granted.folders, [std::path::absolute("/srv").unwrap()]);
        assert!(granted.environment.contains_key("PATH"));
        for wrong in ["http:", "folder:", "everything", "environment:NOT_SET_HERE_AT_ALL"] {
            assert!(of(&[wrong]).is_err(), "{wrong}");
        }
    }
}
