//! `cargo ext token`: who may do what on a server.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_server::auth::Scope;
use ext_server::store::Token;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calls::plain;
use crate::cli::{TokenAdd, TokenList, TokenRevoke};
use crate::failure::Failure;
use crate::server::{Server, segment};
use crate::shell::Shell;

/// A token, the only time that it is seen.
#[derive(Serialize, Deserialize)]
struct Added {
    #[serde(flatten)]
    about: Token,
    token: String,
}

pub fn add(arguments: &TokenAdd, shell: &Shell) -> Result<(), Failure> {
    let wrong: Vec<Diagnostic> = (arguments.scopes.iter())
        .filter_map(|it| it.parse::<Scope>().err())
        .map(|reason| Diagnostic::error(code::ARGUMENTS, reason))
        .collect();
    if !wrong.is_empty() {
        return Err(Failure::new(wrong, crate::failure::USAGE));
    }
    let server = Server::find(&arguments.remote)?;
    let body = json!({
        "name": arguments.name,
        "scopes": arguments.scopes,
        "expires_in": arguments.expires.map(|it| it.as_secs()),
    });
    let added: Added = server.post("/api/tokens", &body)?;
    let about = &added.about;
    let scopes = about.scopes.join(", ");
    let until = about.expires.map_or_else(String::new, |it| format!(" until {it:.0}"));
    shell.status("Added", format!("{} for {}: {scopes}{until}", about.id, plain(&about.name)));
    shell.note("Note", "nobody will see this token again");
    match shell.is_json() {
        true => shell.message("ext-token", &added),
        false => shell.print(plain(&added.token)),
    }
    Ok(())
}

pub fn list(arguments: &TokenList, shell: &Shell) -> Result<(), Failure> {
    let tokens: Vec<Token> = Server::find(&arguments.remote)?.get("/api/tokens", &[])?;
    if tokens.is_empty() {
        shell.note("Empty", "there is no token; `cargo ext token add NAME --scope SCOPE`");
    }
    let width = tokens.iter().map(|it| plain(&it.name).chars().count()).max().unwrap_or(0);
    for token in &tokens {
        if shell.is_json() {
            shell.message("ext-token", token);
            continue;
        }
        let (name, scopes) = (plain(&token.name), token.scopes.join(", "));
        shell.print(format!("{}  {name:<width$}  {:<32}  {scopes}", token.id, state(token)));
    }
    Ok(())
}

/// Whether it is valid, and until when.
fn state(token: &Token) -> String {
    match (token.revoked, token.expires) {
        (Some(at), _) => format!("revoked {at:.0}"),
        (None, Some(end)) if end <= Timestamp::now() => format!("expired {end:.0}"),
        (None, Some(end)) => format!("until {end:.0}"),
        (None, None) => "valid".into(),
    }
}

pub fn revoke(arguments: &TokenRevoke, shell: &Shell) -> Result<(), Failure> {
    let server = Server::find(&arguments.remote)?;
    let () = server.delete(&format!("/api/tokens/{}", segment(&arguments.id)))?;
    #[derive(Serialize)]
    struct Message<'a> {
        id: &'a str,
    }
    shell.status("Revoked", &arguments.id);
    shell.message("ext-token-revoked", &Message { id: &arguments.id });
    Ok(())
}
