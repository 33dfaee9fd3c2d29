//! What there is to be called, for people and for tools.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ext_definition::code;

use super::{Asker, RequestId, Shared, actions};
use crate::auth::Verb;
use crate::problem::Problem;

/// `GET /v1/NAMESPACE/NAME[@VERSION]`: the definition.
pub async fn definition(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    asker: Asker,
) -> Result<Response, Problem> {
    asker.may(Verb::Invoke, Some(&namespace))?;
    let (running, _) = actions::find(&platform, &namespace, &name)?;
    let body = running.extension.definition().to_json();
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// `GET /errors/CODE`: what a problem's `type` refers to.
pub async fn error(Path(text): Path<String>, id: RequestId) -> Result<String, Problem> {
    let (Some(code), Some(explanation)) = (code::find(&text), code::explanation(&text)) else {
        let message = format!("no problem has the code `{text}`");
        return Err(Problem::new(code::NO_PAGE, message).of_request(id.as_str()));
    };
    Ok(format!("{code}: {}\n\n{explanation}\n", code.title()))
}
