//! What a server says when it does not do what it was asked for (RFC 9457).

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use serde::Deserialize;

use crate::calls::plain;
use crate::failure::Failure;

/// A problem.
#[derive(Debug, Deserialize)]
pub struct Problem {
    code: String,
    detail: String,
    status: u16,
    /// Permissions that were not granted.
    #[serde(default)]
    missing: Vec<String>,
}

/// Of a server in this process.
impl From<ext_server::Problem> for Problem {
    fn from(problem: ext_server::Problem) -> Self {
        let missing = problem.member("missing").and_then(|it| it.as_array());
        let missing = missing.into_iter().flatten().filter_map(|it| it.as_str());
        Self {
            code: problem.code().to_string(),
            detail: problem.detail().to_owned(),
            status: problem.status().as_u16(),
            missing: missing.map(str::to_owned).collect(),
        }
    }
}

impl Problem {
    /// The problem as this command says it, with a way out.
    pub fn into_failure(self) -> Failure {
        let detail = plain(&self.detail);
        let known = code::find(&self.code);
        let diagnostic = match known {
            Some(code) => Diagnostic::error(code, detail),
            // Of a newer server.
            None => {
                let message = format!("the server says {}: {detail}", plain(&self.code));
                Diagnostic::error(code::SERVER_UNREACHABLE, message)
            }
        };
        let help = match known {
            Some(code::NOT_GRANTED) => {
                let options: Vec<String> =
                    self.missing.iter().map(|it| format!("--grant {}", plain(it))).collect();
                Some(format!("if it may: the same command with `{}`", options.join(" ")))
            }
            Some(code::NO_TOKEN) => Some(
                "put a token into the variable EXT_TOKEN: `cargo ext token add` makes one, the \
                 first one `cargo ext serve --operator-token`"
                    .into(),
            ),
            Some(code::NOT_COVERED) => {
                Some("`cargo ext token add NAME --scope SCOPE`, by an operator, makes one".into())
            }
            Some(code::NOT_DEPLOYED) => Some("`cargo ext deployments` lists what is".into()),
            Some(code::NO_EARLIER_VERSION) => {
                Some("`--to VERSION` goes to any deployed version".into())
            }
            _ => None,
        };
        let diagnostic = match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
        match self.status {
            500.. => Failure::environment(diagnostic),
            _ => Failure::input(diagnostic),
        }
    }
}
