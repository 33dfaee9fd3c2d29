//! What there is to be called, for people and for tools.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ext_definition::{code, openapi};
use serde::Deserialize;
use serde_json::Value;

use super::{Asker, Shared, actions};
use crate::auth::Reading;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;

/// `GET /v1/NAMESPACE/NAME[@VERSION]`: the definition.
pub async fn definition(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    asker: Asker,
) -> Result<Response, Problem> {
    asker.may_read(Reading::Description, Some(&namespace))?;
    let (running, _) = actions::find(&platform, &namespace, &name)?;
    let body = running.extension.definition().to_json();
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Which version of OpenAPI.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    version: Option<String>,
}

impl Wanted {
    fn options(&self, platform: &Platform) -> Result<openapi::Options, Problem> {
        let version = match self.version.as_deref() {
            None | Some("3.1" | "3.1.0") => openapi::Version::V31,
            Some("3.0" | "3.0.3") => openapi::Version::V30,
            Some(other) => {
                let message = format!("there is no OpenAPI `{other}` here: 3.1 and 3.0 are");
                return Err(Problem::new(code::BODY_UNREADABLE, message));
            }
        };
        // Whoever asks from this machine needs none, unless everybody does (`asker.rs`).
        let configuration = platform.configuration();
        let token_optional =
            configuration.listen.ip().is_loopback() && !configuration.require_token;
        let servers = configuration.public_url.iter().cloned().collect();
        Ok(openapi::Options { version, servers, token_optional })
    }
}

/// `GET /v1/NAMESPACE/NAME[@VERSION]/openapi.json`.
pub async fn openapi(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    asker: Asker,
) -> Result<Json<Value>, Problem> {
    asker.may_read(Reading::Description, Some(&namespace))?;
    let (running, _) = actions::find(&platform, &namespace, &name)?;
    let path = format!("/v1/{namespace}/{name}");
    let served = openapi::Served { definition: running.extension.definition(), path: &path };
    Ok(Json(openapi::render(&[served], &wanted.options(&platform)?)))
}

/// `GET /v1/openapi.json`: the active versions of which the asker may read.
pub async fn all_openapi(
    State(platform): Shared,
    Query(wanted): Query<Wanted>,
    asker: Asker,
) -> Result<Json<Value>, Problem> {
    let caller = asker.caller()?;
    let all = platform.deployments().all();
    let active: Vec<(String, &Arc<Running>)> = (all.iter())
        .filter(|(name, _)| caller.may_read(Reading::Description, Some(name.namespace())))
        .filter_map(|(name, versions)| {
            Some((format!("/v1/{}/{}", name.namespace(), name.name()), versions.active()?))
        })
        .collect();
    let served: Vec<openapi::Served<'_>> = (active.iter())
        .map(|(path, it)| openapi::Served { definition: it.extension.definition(), path })
        .collect();
    Ok(Json(openapi::render(&served, &wanted.options(&platform)?)))
}

/// `GET /errors/CODE`: what a problem's `type` refers to.
pub async fn error(Path(text): Path<String>) -> Result<String, Problem> {
    let (Some(code), Some(explanation)) = (code::find(&text), code::explanation(&text)) else {
        let message = format!("no problem has the code `{text}`");
        return Err(Problem::new(code::NO_PAGE, message));
    };
    Ok(format!("{code}: {}\n\n{explanation}\n", code.title()))
}
