//! Operating the server: deployments, tokens, calls, events.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use ext_definition::code;
use ext_registry::PackageName;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::{Asker, Shared, body};
use crate::auth::{Reading, Scope, Verb};
use crate::change::Undeployed;
use crate::connection::Endless;
use crate::deploy::DeployRequest;
use crate::permission;
use crate::problem::Problem;
use crate::running::{Running, Versions};
use crate::store::{CallQuery, Event, Settings, Token};

/// Most of a body here, in bytes.
const MAX_BODY: usize = 64 << 10;

/// How long the answer to a deployment waits for its first line: shorter than clients and proxies
/// wait for an answer.
const FIRST: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, Problem>;

/// A body in JSON.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, mut body) = body::whole(request, MAX_BODY, None).await?;
        if body.is_empty() {
            body = Bytes::from_static(b"{}");
        } else if !body::media_type(&parts.headers).eq_ignore_ascii_case("application/json") {
            return Err(body::not_read(body::media_type(&parts.headers)));
        }
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Problem::new(code::BODY_UNREADABLE, error.to_string()))
    }
}

/// A deployed version, as it is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deployed {
    /// Everything that is known of it.
    #[serde(flatten)]
    pub deployment: crate::store::Deployment,
    /// Whether it is called where no version is named.
    pub active: bool,
    /// How it runs, in full; `None`: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<Settings>,
    /// Why it cannot be loaded, to those who deploy or operate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it requests, and is granted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requests: BTreeSet<String>,
}

impl Deployed {
    /// Of a version that runs.
    pub fn of(running: &Running, active: bool) -> Self {
        let (deployment, in_force) = (running.deployment.clone(), Some(running.in_force.clone()));
        let requests = permission::asked(&running.extension.definition().package.permissions);
        Self { deployment, active, in_force, error: None, requests }
    }

    /// All of these versions, as they are now, the newest first.
    fn all(versions: &Versions) -> Vec<Self> {
        let broken = versions.broken().map(|it| Self {
            deployment: it.deployment.clone(),
            active: false,
            in_force: None,
            error: Some(it.error.clone()),
            requests: BTreeSet::new(),
        });
        let mut all: Vec<Self> =
            versions.all().map(|it| Self::of(it, false)).chain(broken).collect();
        all.sort_by(|a, b| b.deployment.version.cmp(&a.deployment.version));
        for it in &mut all {
            let version = &it.deployment.version;
            it.active = versions.active_version() == Some(version);
            // It may have changed since it was loaded.
            it.deployment.activation = versions.activation(version);
        }
        all
    }
}

/// The name of a package.
pub fn name(namespace: &str, name: &str) -> Result<PackageName> {
    PackageName::new(namespace, name)
        .map_err(|error| Problem::new(code::NOT_DEPLOYED, error.message()))
}

/// `GET /api/deployments`.
pub async fn deployments(State(platform): Shared, asker: Asker) -> Result<Json<Vec<Deployed>>> {
    let caller = asker.caller()?;
    let may = |it: &PackageName| caller.may_read(Reading::Operation, Some(it.namespace()));
    let all = platform.deployments().all();
    Ok(Json(all.iter().filter(|it| may(&it.0)).flat_map(|it| Deployed::all(&it.1)).collect()))
}

/// `POST /api/deployments`: answers with a line of JSON for each stage, and a last one with
/// what is deployed, or the problem; with the problem alone, if it comes before any stage.
pub async fn deploy(
    State(platform): Shared,
    asker: Asker,
    JsonBody(request): JsonBody<DeployRequest>,
) -> Result<Response> {
    let caller = asker.caller()?.clone();
    // Before the answer begins, what can be refused at once.
    let name = request.package.split_once(':').map(|(namespace, _)| namespace.to_owned());
    caller.check(Verb::Deploy, name.as_deref())?;
    let (sender, mut told) = mpsc::channel::<Result<Value>>(16);
    // Goes on when whoever asked has gone: nothing stays half done.
    tokio::spawn(async move {
        let stages = sender.clone();
        let tell = move |stage| {
            let _ = stages.try_send(Ok(json!(stage)));
        };
        let last = platform.deploy(&caller, &request, tell).await;
        if let Err(problem) = &last {
            platform.audit.deploy_refused(&caller, &request.package, problem).await;
        }
        let last = last.map(|running| json!({ "deployed": Deployed::of(&running, true) }));
        let _ = sender.send(last).await;
    });
    // What is refused before anything is done has the status of its problem. Nobody waits for
    // that for long: the answer begins when it is not known yet, too.
    let first = match tokio::time::timeout(FIRST, told.recv()).await {
        Ok(Some(Err(problem))) => return Err(problem),
        Ok(first) => first,
        Err(_) => None,
    };
    let (sender, lines) = mpsc::channel(16);
    tokio::spawn(async move {
        let mut next = match first {
            Some(first) => Some(first),
            None => told.recv().await,
        };
        while let Some(said) = next {
            let said = said.unwrap_or_else(|problem| json!({ "problem": problem.to_json() }));
            if sender.send(line(&said)).await.is_err() {
                return;
            }
            next = told.recv().await;
        }
    });
    Ok(streamed(lines))
}

fn line(value: &Value) -> Bytes {
    format!("{value}\n").into()
}

/// Lines of JSON as they come.
fn streamed(lines: mpsc::Receiver<Bytes>) -> Response {
    let body = Body::from_stream(Lines(lines));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

struct Lines(mpsc::Receiver<Bytes>);

impl futures_core::Stream for Lines {
    type Item = std::result::Result<Bytes, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|line| line.map(Ok))
    }
}

/// `GET /api/deployments/NAMESPACE/NAME`.
pub async fn deployment(
    State(platform): Shared,
    Path((namespace, package)): Path<(String, String)>,
    asker: Asker,
) -> Result<Json<Vec<Deployed>>> {
    let caller = asker.may_read(Reading::Description, Some(&namespace))?;
    let name = name(&namespace, &package)?;
    let versions = platform.deployments().of(&name)?;
    let mut all = Deployed::all(&versions);
    if !caller.may_read(Reading::Operation, Some(&namespace)) {
        // How it runs, whose work it is and which folders it misses is not for who calls it.
        for Deployed { deployment, error, .. } in &mut all {
            (deployment.settings, deployment.by) = Default::default();
            error.iter_mut().for_each(String::clear);
        }
    }
    Ok(Json(all))
}

/// `DELETE /api/deployments/NAMESPACE/NAME[@VERSION]`.
pub async fn undeploy(
    State(platform): Shared,
    Path((namespace, package)): Path<(String, String)>,
    asker: Asker,
) -> Result<Json<Undeployed>> {
    let caller = asker.caller()?;
    let (package, version) = match package.split_once('@') {
        Some((package, version)) => (package, Some(version)),
        None => (&*package, None),
    };
    let gone = platform.undeploy(caller, &name(&namespace, package)?, version).await?;
    Ok(Json(gone))
}

/// Where to go back to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rollback {
    to: Option<ext_registry::Version>,
}

/// `POST /api/deployments/NAMESPACE/NAME/rollback`.
pub async fn rollback(
    State(platform): Shared,
    Path((namespace, package)): Path<(String, String)>,
    asker: Asker,
    JsonBody(rollback): JsonBody<Rollback>,
) -> Result<Json<Deployed>> {
    let (caller, name) = (asker.caller()?, name(&namespace, &package)?);
    let running = platform.rollback(caller, &name, rollback.to.as_ref()).await?;
    let mut deployed = Deployed::of(&running, true);
    let versions = platform.deployments().versions(&name).unwrap_or_default();
    // It may have changed since it was loaded.
    deployed.deployment.activation = versions.activation(&running.deployment.version);
    Ok(Json(deployed))
}

/// `GET /api/deployments/NAMESPACE/NAME/grants`.
pub async fn grants(
    State(platform): Shared,
    Path((namespace, package)): Path<(String, String)>,
    asker: Asker,
) -> Result<Json<BTreeSet<String>>> {
    asker.may(Verb::Operate, Some(&namespace))?;
    Ok(Json(platform.granted(&name(&namespace, &package)?)))
}

/// What is granted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    granted: BTreeSet<String>,
}

/// `PUT /api/deployments/NAMESPACE/NAME/grants`.
pub async fn grant(
    State(platform): Shared,
    Path((namespace, package)): Path<(String, String)>,
    asker: Asker,
    JsonBody(grants): JsonBody<Grants>,
) -> Result<StatusCode> {
    platform.grant(asker.caller()?, &name(&namespace, &package)?, grants.granted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/tokens`.
pub async fn tokens(State(platform): Shared, asker: Asker) -> Result<Json<Vec<Token>>> {
    asker.may(Verb::Operate, None)?;
    Ok(Json(platform.store().tokens().await?))
}

/// A token that is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    scopes: Vec<String>,
    /// In how many seconds it ends.
    #[serde(default)]
    expires_in: Option<i64>,
}

/// `POST /api/tokens`: the only time that the token itself is seen.
pub async fn add_token(
    State(platform): Shared,
    asker: Asker,
    JsonBody(new): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<Value>)> {
    let caller = asker.may(Verb::Operate, None)?;
    let unreadable = |message: String| Problem::new(code::BODY_UNREADABLE, message);
    let scopes: std::result::Result<Vec<Scope>, String> =
        new.scopes.iter().map(|it| it.parse()).collect();
    let scopes = scopes.map_err(unreadable)?;
    if scopes.is_empty() {
        return Err(unreadable("a token has at least one scope".into()));
    }
    if new.expires_in.is_some_and(|it| it < 1) {
        return Err(unreadable("a token ends in one second at the earliest".into()));
    }
    let expires = new.expires_in.map(|seconds| {
        Timestamp::now()
            .checked_add(SignedDuration::from_secs(seconds))
            .map_err(|error| unreadable(error.to_string()))
    });
    let (token, text) =
        platform.add_token(caller, new.name.trim(), &scopes, expires.transpose()?).await?;
    let mut told = serde_json::to_value(&token).unwrap_or_default();
    told["token"] = text.into();
    Ok((StatusCode::CREATED, Json(told)))
}

/// `DELETE /api/tokens/ID`.
pub async fn revoke_token(
    State(platform): Shared,
    Path(id): Path<String>,
    asker: Asker,
) -> Result<StatusCode> {
    let caller = asker.may(Verb::Operate, None)?;
    match platform.revoke_token(caller, &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::new(code::NO_PAGE, format!("no valid token has the id `{id}`"))),
    }
}

/// The calls that the asker may see.
pub fn visible(asker: &Asker, query: &mut CallQuery) -> Result<()> {
    let caller = asker.caller()?;
    let Some(namespaces) = caller.readable(Reading::Operation) else { return Ok(()) };
    if namespaces.is_empty() {
        caller.check_reading(Reading::Operation, None)?;
    }
    query.namespaces = namespaces;
    Ok(())
}

/// A query of calls, or what is wrong with it.
type Calls = std::result::Result<Query<CallQuery>, axum::extract::rejection::QueryRejection>;

fn wanted(asker: &Asker, query: Calls) -> Result<CallQuery> {
    let Query(mut query) =
        query.map_err(|error| Problem::new(code::BODY_UNREADABLE, error.body_text()))?;
    visible(asker, &mut query)?;
    Ok(query)
}

/// `GET /api/calls`; those behind them are where the header `Link` leads (RFC 8288).
pub async fn calls(
    State(platform): Shared,
    asker: Asker,
    uri: Uri,
    query: Calls,
) -> Result<Response> {
    let page = platform.store().calls(&wanted(&asker, query)?).await?;
    let mut response = Json(page.calls).into_response();
    let link = page.older.and_then(|cursor| {
        let asked = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        next.extend_pairs(asked.filter(|(name, _)| name != "cursor"));
        next.append_pair("cursor", &cursor.to_string());
        HeaderValue::from_str(&format!("</api/calls?{}>; rel=\"next\"", next.finish())).ok()
    });
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// How long nothing is said to whoever follows: proxies end what is silent for longer.
const SILENCE: Duration = Duration::from_secs(15);

/// `GET /api/calls/follow`: a line of JSON for each call, as it ends, and an empty one now and
/// then.
pub async fn follow(State(platform): Shared, asker: Asker, query: Calls) -> Result<Response> {
    let query = wanted(&asker, query)?;
    let caller = asker.caller()?.clone();
    let mut calls = platform.recorder().follow();
    let mut ending = platform.ending.subscribe();
    let (sender, lines) = mpsc::channel(64);
    tokio::spawn(async move {
        let told = async {
            let mut silence = Instant::now() + SILENCE;
            loop {
                let next = timeout_at(silence, calls.recv()).await;
                // Who may no longer ask is told no more.
                if !platform.tokens().holds(&caller) {
                    return;
                }
                let told = match next {
                    Ok(Ok(call)) if query.fits(&call) => line(&json!(*call)),
                    Ok(Ok(_)) if Instant::now() < silence => continue,
                    Ok(Err(RecvError::Lagged(missed))) => line(&json!({ "missed": missed })),
                    Ok(Err(RecvError::Closed)) => return,
                    Ok(Ok(_)) | Err(_) => Bytes::from_static(b"\n"),
                };
                if sender.send(told).await.is_err() {
                    return;
                }
                silence = Instant::now() + SILENCE;
            }
        };
        tokio::select! {
            () = told => {}
            // Whoever followed has gone, or does not read what he is sent.
            () = sender.closed() => {}
            _ = ending.wait_for(|it| *it) => {}
        }
    });
    let mut response = streamed(lines);
    response.extensions_mut().insert(Endless);
    Ok(response)
}

/// Which events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EventQuery {
    package: Option<String>,
    limit: Option<u32>,
}

/// `GET /api/events`: who did what when.
pub async fn events(
    State(platform): Shared,
    asker: Asker,
    query: std::result::Result<Query<EventQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Vec<Event>>> {
    let Query(query) =
        query.map_err(|error| Problem::new(code::BODY_UNREADABLE, error.body_text()))?;
    let namespace = query.package.as_deref().and_then(|it| it.split(':').next());
    asker.may_read(Reading::Operation, namespace)?;
    let limit = query.limit.unwrap_or(100).min(1000);
    Ok(Json(platform.store().events(query.package.as_deref(), limit).await?))
}
