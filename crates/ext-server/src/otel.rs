//! Calls as spans of OpenTelemetry, sent to a collector by OTLP over HTTP.
//!
//! The variables of OpenTelemetry's specification ("Environment Variable Specification",
//! "OpenTelemetry Protocol Exporter") say where to and how: `OTEL_EXPORTER_OTLP_ENDPOINT`,
//! `OTEL_EXPORTER_OTLP_PROTOCOL` (`http/protobuf`, `http/json`), `OTEL_SERVICE_NAME`,
//! `OTEL_TRACES_SAMPLER` and so on. Without an endpoint nothing is sent.

use std::time::{Duration, SystemTime};

use ext_definition::code;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags,
    TraceId, TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use crate::problem;
use crate::settings::StartError;
use crate::store::{CallRecord, Outcome, Surface};
use crate::trace::TraceContext;

/// The variables that name a collector.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// The service, if the environment does not name it.
const SERVICE: &str = "cargo-ext";

/// How long is waited for the collector.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer of a collector that is read.
const ANSWER: u64 = 1 << 20;

fn set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|it| !it.is_empty())
}

/// Sends spans, on a thread of its own.
pub struct Exporter {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Exporter {
    /// `None`: the environment names no collector.
    pub fn from_environment() -> Result<Option<Self>, StartError> {
        if !ENDPOINTS.into_iter().any(set) {
            return Ok(None);
        }
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        let exporter = SpanExporter::builder().with_http().with_http_client(Client(agent.into()));
        let exporter = exporter.build().map_err(|error| {
            StartError::new(format!("spans cannot be sent to a collector: {error}"))
        })?;
        let mut resource = Resource::builder();
        if !set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        let tracer = provider.tracer(SERVICE);
        Ok(Some(Self { provider, tracer }))
    }

    /// A call begins; gives where it is in its trace.
    pub fn start(&self, parent: Option<&TraceContext>) -> (TraceContext, Span) {
        let builder = SpanBuilder::from_name("call").with_kind(SpanKind::Server);
        let span = self.tracer.build_with_context(builder, &context(parent));
        let made = span.span_context();
        let context = TraceContext {
            trace: u128::from_be_bytes(made.trace_id().to_bytes()),
            span: u64::from_be_bytes(made.span_id().to_bytes()),
            sampled: made.is_sampled(),
            state: parent.and_then(|it| it.state.clone()),
        };
        (context, Span(span))
    }

    /// Sends what is left.
    pub fn shutdown(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "spans were not sent");
        }
    }
}

fn context(parent: Option<&TraceContext>) -> Context {
    let Some(parent) = parent else { return Context::new() };
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from_bytes(parent.trace.to_be_bytes()),
        SpanId::from_bytes(parent.span.to_be_bytes()),
        flags,
        true,
        parent.state.as_deref().and_then(|it| it.parse().ok()).unwrap_or(TraceState::NONE),
    ))
}

/// A call.
pub struct Span(opentelemetry_sdk::trace::Span);

impl Span {
    /// It has ended as its record says. Names of attributes are those of OpenTelemetry's
    /// semantic conventions where they have one.
    pub fn end(self, call: &CallRecord) {
        let Self(mut span) = self;
        span.update_name(format!("{}/{}", call.package, call.action));
        let attributes = [
            ("code.function.name", call.action.clone()),
            ("ext.package", call.package.clone()),
            ("ext.version", call.version.clone()),
            ("ext.outcome", call.outcome.word().into()),
            ("ext.surface", call.surface.word().into()),
            ("ext.request.id", call.id.clone()),
            ("enduser.id", call.consumer.clone()),
        ];
        span.set_attributes(attributes.map(|(name, value)| KeyValue::new(name, value)));
        let status = call.code.as_deref().and_then(code::find).map(problem::status);
        if call.surface == Surface::Http {
            span.set_attribute(KeyValue::new("http.route", "/v1/{namespace}/{name}/{action}"));
            // A limit has two of them, and a result may be none.
            if let Some(status) = status.filter(|_| call.outcome != Outcome::Limit) {
                let status = i64::from(status.as_u16());
                span.set_attribute(KeyValue::new("http.response.status_code", status));
            }
        }
        if let Some(code) = &call.code {
            span.set_attribute(KeyValue::new("error.type", code.clone()));
        }
        // What the caller did wrong, and what the action said itself, is no failure of the server
        // (semantic conventions for HTTP spans, "Status").
        if status.is_some_and(|it| it.is_server_error()) {
            span.set_status(Status::error(call.detail.to_string()));
        }
        let start: SystemTime = call.at.into();
        for line in call.log.lines() {
            span.add_event_with_timestamp(line.to_owned(), start, Vec::new());
        }
        span.end_with_timestamp(start + Duration::from_micros(call.micros));
    }
}

/// Requests of the exporter. They block its thread, which has nothing else to do.
#[derive(Debug)]
struct Client(ureq::Agent);

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.0.run(request.map(|body| body.to_vec()))?;
        let (parts, mut body) = response.into_parts();
        let body = body.with_config().limit(ANSWER).read_to_vec()?;
        Ok(Response::from_parts(parts, body.into()))
    }
}
