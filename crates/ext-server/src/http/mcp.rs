//! MCP over streamable HTTP.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use ext_definition::code;
use rmcp::transport::StreamableHttpService;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;

use super::{Asker, RequestId, Shared, actions, asker, body, held};
use crate::auth::Verb;
use crate::mcp::{Handler, Only};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::trace::TraceContext;

/// `/mcp`: the actions that the asker may call.
pub async fn all(
    State(platform): Shared,
    id: RequestId,
    asker: Asker,
    request: Request,
) -> Response {
    answer(platform, None, &id, &asker, request).await
}

/// `/mcp/NAMESPACE/NAME[@VERSION]`: the actions of one extension.
pub async fn one(
    State(platform): Shared,
    Path((namespace, name)): Path<(String, String)>,
    id: RequestId,
    asker: Asker,
    request: Request,
) -> Response {
    let found = asker
        .may(Verb::Invoke, Some(&namespace))
        .and_then(|_| actions::find(&platform, &namespace, &name));
    match found {
        Ok((running, _)) => {
            let version = name.split_once('@').map(|(_, version)| version.to_owned());
            let only = (running.deployment.name.clone(), version);
            answer(platform, Some(only), &id, &asker, request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn answer(
    platform: Arc<Platform>,
    only: Option<Only>,
    id: &RequestId,
    asker: &Asker,
    request: Request,
) -> Response {
    let caller = match asker.caller() {
        // The specification asks for this of every request, with or without a token.
        Ok(_) if !asker::origin_is_known(&platform, &request) => {
            let message = "a page of another site sends this: its origin is none of `origins`";
            Err(Problem::new(code::NOT_COVERED, message))
        }
        caller => caller.cloned(),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    // Within the time and the size of other bodies; what a deployment allows is looked at when it
    // is known which one is called.
    let mut taken = platform.room.enter();
    let whole = body::whole(request, platform.configuration().body, Some(&mut taken)).await;
    let room_for = |(parts, body): (Parts, Bytes)| {
        body::take_values(&mut taken, &body).map(|()| (parts, body))
    };
    let (parts, body) = match whole.and_then(room_for) {
        Ok(whole) => whole,
        Err(problem) => return problem.into_response(),
    };
    // Who may ask from where was looked at, with the names that this server has: those of the
    // library would be the loopback address's alone.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(platform.configuration().body)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let parent = TraceContext::of(&parts.headers);
    let room = Arc::new(Mutex::new(platform.room.enter()));
    let handler = Handler::new(platform, caller, only)
        .of_request(id.text(), body.len(), parent)
        .within(room.clone());
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(handler.clone()), sessions, config);
    let request = Request::from_parts(parts, Body::from(body));
    let response = service.handle(request).await.map(Body::new);
    held::holding(response, room).await
}
