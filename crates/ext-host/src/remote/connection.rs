//! Requests to one server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{HeaderMap, Response, StatusCode, header};
use ureq::{Agent, Body};

use super::address;
use super::problem::Problem;
use crate::error::{Error, Limit};
use crate::host::Limits;
use crate::server::{Asked, ServerError, Settings, TOKEN, Trace, Tracer};

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(10);
/// What the way takes at most, on top of the call's own time.
const MARGIN: Duration = Duration::from_secs(10);
/// How long the definition may take.
const LOAD: Duration = Duration::from_secs(30);
/// A definition has at most 16 MiB.
const MAX_DEFINITION: u64 = 17 << 20;
/// How often a request is made at most.
const ATTEMPTS: u32 = 3;
/// The longest that is waited because a server asks for it.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// Before the second try of what did not reach the server.
const PAUSE: Duration = Duration::from_millis(100);
/// Longer is for ever.
const MAX_TIME: Duration = Duration::from_secs(365 * 24 * 3600);

/// Connections that a host keeps, for all of its extensions.
#[derive(Default)]
pub struct Connections(Mutex<Vec<Connection>>);

impl Connections {
    /// The way to a server.
    pub fn to(&self, asked: &Asked, settings: &Settings) -> Result<Connection, ServerError> {
        let server = address::server(&asked.address).map_err(|reason| {
            ServerError::new(&asked.address, format!("{reason} ({} asks for it)", asked.by))
        })?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = known.iter().find(|it| it.server() == server) {
            return Ok(connection.clone());
        }
        let connection = Connection::new(server, settings);
        known.push(connection.clone());
        Ok(connection)
    }
}

/// The way to one server.
#[derive(Clone)]
pub struct Connection(Arc<Inner>);

struct Inner {
    server: String,
    agent: Agent,
    authorization: Option<String>,
    trace: Option<Tracer>,
}

/// A call.
pub struct Request<'a> {
    pub path: &'a str,
    pub body: &'a [u8],
    pub limits: Limits,
    /// What it is a part of, if that is not what the host says.
    pub trace: Option<&'a Trace>,
    /// Whether it may be made again if the answer was lost.
    pub repeatable: bool,
}

/// What the action answered.
pub enum Answer {
    Result(Value),
    Action { message: String, value: Value },
}

impl Connection {
    fn new(server: String, settings: &Settings) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A token goes to this server and to no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("ext-host/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64);
        let config = match address::is_loopback(&server) {
            true => config.proxy(None),
            false => config,
        };
        let token = settings.token.clone().or_else(|| std::env::var(TOKEN).ok());
        let token = token.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        Self(Arc::new(Inner {
            server,
            agent: config.build().into(),
            authorization: token.map(|it| format!("Bearer {it}")),
            trace: settings.trace.clone(),
        }))
    }

    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// The definition of a package, as JSON.
    pub fn definition(&self, path: &str) -> Result<Vec<u8>, ServerError> {
        let deadline = Instant::now().checked_add(LOAD);
        let response = self.send(path, None, None, deadline, LOAD, true)?;
        let (status, error) = (response.status(), self.answered(&response));
        let body = read(response, MAX_DEFINITION).map_err(|_| {
            let reason = "the definition that it gives is too large, or took too long";
            ServerError { message: reason.into(), ..error.clone() }
        })?;
        match status {
            StatusCode::OK => Ok(body),
            _ => {
                let problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
                Err(self.with_hint(problem.of_server(error)))
            }
        }
    }

    /// Makes a call.
    pub fn call(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let lost = |error: ServerError| Error::Server(Box::new(error));
        let time = request.limits.time.saturating_add(MARGIN).min(MAX_TIME);
        let deadline = Instant::now().checked_add(time);
        let Request { path, body, trace, repeatable, .. } = *request;
        let response = self.send(path, Some(body), trace, deadline, time, repeatable);
        let response = response.map_err(lost)?;
        let (status, mut error) = (response.status(), self.answered(&response));
        error.may_have_run = status.is_success();
        if status == StatusCode::NO_CONTENT {
            return Ok(Answer::Result(Value::Null));
        }
        let media = response.headers().get(header::CONTENT_TYPE).cloned();
        let is_json = media.as_ref().is_some_and(|it| is_json(it.as_bytes()));
        // Base64 and digits take more room than what they stand for.
        let most = (request.limits.output as u64).saturating_mul(2);
        let body = read(response, most).map_err(|failure| match failure {
            ureq::Error::BodyExceedsLimit(_) => {
                Error::Limit(Limit::Output { allowed: request.limits.output })
            }
            failure => {
                let message = format!("its answer was lost: {}", said(&failure, time));
                lost(ServerError { message, may_have_run: true, ..error.clone() })
            }
        })?;
        let value = if is_json { serde_json::from_slice(&body).ok() } else { None };
        match (status, value) {
            (StatusCode::OK, Some(value)) => Ok(Answer::Result(value)),
            (status, value) if !status.is_success() => {
                let problem = value.and_then(|it| serde_json::from_value::<Problem>(it).ok());
                let action = request.path.rsplit('/').next().unwrap_or_default();
                match problem.unwrap_or_default().answer(action, error) {
                    Err(Error::Server(error)) => Err(lost(self.with_hint(*error))),
                    answer => answer,
                }
            }
            _ => Err(lost(error)),
        }
    }

    /// Sends a request, again where that is certain to do no harm, and gives what was answered.
    fn send(
        &self,
        path: &str,
        body: Option<&[u8]>,
        trace: Option<&Trace>,
        deadline: Option<Instant>,
        time: Duration,
        repeatable: bool,
    ) -> Result<Response<Body>, ServerError> {
        let mut attempt = 1;
        loop {
            let left = deadline.map(|it| it.saturating_duration_since(Instant::now()));
            let last = attempt == ATTEMPTS;
            let pause = match self.once(path, body, trace, left) {
                Ok(response) => match wait(&response).filter(|it| *it <= MAX_WAIT) {
                    Some(pause) if !last && left.is_none_or(|left| pause < left) => pause,
                    _ => return Ok(response),
                },
                Err(failure) => {
                    let sent = may_be_sent(&failure);
                    let again = !sent && is_passing(&failure) || repeatable && was_cut(&failure);
                    if last || !again {
                        let what = if sent { "it did not answer" } else { "it cannot be reached" };
                        let message = format!("{what}: {}", said(&failure, time));
                        let error = ServerError::new(self.server(), message);
                        return Err(ServerError { may_have_run: sent, ..error });
                    }
                    PAUSE * attempt
                }
            };
            std::thread::sleep(pause);
            attempt += 1;
        }
    }

    fn once(
        &self,
        path: &str,
        body: Option<&[u8]>,
        trace: Option<&Trace>,
        time: Option<Duration>,
    ) -> Result<Response<Body>, ureq::Error> {
        let Inner { server, agent, authorization, trace: tracer } = &*self.0;
        let address = format!("{server}{path}");
        let said = || tracer.as_ref().map(|tracer| tracer()).unwrap_or_default();
        let trace = trace.cloned().unwrap_or_else(said);
        let traceparent = trace.traceparent.as_deref().filter(|it| is_traceparent(it));
        let tracestate = trace.tracestate.as_deref().filter(|it| is_tracestate(it));
        let headers = [
            ("accept", Some("application/json, application/problem+json")),
            ("authorization", authorization.as_deref()),
            ("x-request-id", trace.request_id.as_deref().filter(|it| is_request_id(it))),
            ("traceparent", traceparent),
            // It is nothing without the other (Trace Context, section 3.3).
            ("tracestate", tracestate.filter(|_| traceparent.is_some())),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        match body {
            None => {
                let request =
                    headers.fold(agent.get(address), |it, (name, value)| it.header(name, value));
                request.config().timeout_global(time).build().call()
            }
            Some(body) => {
                let request =
                    headers.fold(agent.post(address), |it, (name, value)| it.header(name, value));
                let request = request.content_type("application/json");
                request.config().timeout_global(time).build().send(body)
            }
        }
    }

    /// What is known of an answer that turns out not to be one.
    fn answered(&self, response: &Response<Body>) -> ServerError {
        let status = response.status();
        let message = match status {
            status if status.is_redirection() => {
                let to = text(response.headers(), "location").unwrap_or_default();
                format!(
                    "it answered {status} and points to `{to}`: give the address of the server itself"
                )
            }
            status => format!("it answered {status}, and not as a platform server does"),
        };
        let mut error = ServerError::new(self.server(), message);
        error.status = Some(status.as_u16());
        error.request_id = text(response.headers(), "x-request-id").filter(|it| is_request_id(it));
        error.retry_after = retry_after(response.headers());
        error
    }

    fn with_hint(&self, mut error: ServerError) -> ServerError {
        if error.status == Some(401) && self.0.authorization.is_none() {
            error.message.push_str("; a token is expected in the variable EXT_TOKEN");
        }
        error
    }
}

fn read(mut response: Response<Body>, most: u64) -> Result<Vec<u8>, ureq::Error> {
    if response.body().content_length().is_some_and(|it| it > most) {
        return Err(ureq::Error::BodyExceedsLimit(most));
    }
    response.body_mut().with_config().limit(most).read_to_vec()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// In seconds; a date, as HTTP allows it, is not waited for.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    Some(Duration::from_secs(text(headers, "retry-after")?.trim().parse().ok()?))
}

/// How long the server asks to wait, where it did not begin.
fn wait(response: &Response<Body>) -> Option<Duration> {
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            retry_after(response.headers())
        }
        _ => None,
    }
}

fn is_json(media: &[u8]) -> bool {
    let media = media.split(|it| *it == b';').next().unwrap_or_default().trim_ascii();
    [&b"application/json"[..], b"application/problem+json"]
        .iter()
        .any(|it| media.eq_ignore_ascii_case(it))
}

/// Whether the server may have got the request, or a part of it.
fn may_be_sent(failure: &ureq::Error) -> bool {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable,
    };
    match failure {
        ureq::Error::Io(error) => !matches!(
            error.kind(),
            AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable
        ),
        ureq::Error::Timeout(which) => {
            !matches!(which, ureq::Timeout::Resolve | ureq::Timeout::Connect)
        }
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => true,
        // Addresses, names, certificates, proxies.
        _ => false,
    }
}

/// Whether it may go away by itself.
fn is_passing(failure: &ureq::Error) -> bool {
    matches!(
        failure,
        ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed
    )
}

/// Whether the connection ended on the way.
fn was_cut(failure: &ureq::Error) -> bool {
    matches!(failure, ureq::Error::Io(_))
}

fn said(failure: &ureq::Error, time: Duration) -> String {
    match failure {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            format!("no connection within {CONNECT:?}")
        }
        ureq::Error::Timeout(_) => format!("it took longer than {time:?}"),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn is_request_id(id: &str) -> bool {
    let known = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    (1..=128).contains(&id.len()) && id.bytes().all(known)
}

/// W3C Trace Context, section 3.3: what the host makes of it is not looked at, but it fits into a
/// header.
fn is_tracestate(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.bytes().all(|it| (b' '..=b'~').contains(&it))
}

/// W3C Trace Context, section 3.2: version, trace, parent, flags.
fn is_traceparent(text: &str) -> bool {
    let is_hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [2, 32, 16, 2] && text.bytes().all(|it| it == b'-' || is_hex(it))
}
