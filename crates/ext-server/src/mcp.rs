//! Actions as tools of the Model Context Protocol (MCP).
//!
//! Two generations of clients are served by the same code: those that begin with `initialize`
//! (revision 2025-11-25 and before) and those whose every request says what it needs
//! (2026-07-28). No session is kept for either: a request is answered from what is deployed at
//! that moment, by whichever process it reaches.

mod answer;
mod stdio;
mod tool;

use std::sync::{Arc, Mutex, PoisonError};

use ext_host::Returned;
use ext_registry::PackageName;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, InitializeRequestParams,
    InitializeResult, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    SubscriptionFilter, ToolsCapability,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::Value;

use crate::auth::{Caller, Verb};
use crate::http::{body_limit, held};
use crate::invoke::Invocation;
use crate::platform::Platform;
use crate::room::Taken;
use crate::running::Running;
use crate::store::Surface;
use crate::trace::TraceContext;

pub use stdio::serve_stdio;
pub use tool::Tools;

/// One extension, alone: its name, and the version that is asked for.
pub type Only = (PackageName, Option<String>);

/// Answers the requests of one caller.
#[derive(Clone)]
pub struct Handler {
    platform: Arc<Platform>,
    caller: Arc<Caller>,
    only: Option<Only>,
    /// Of the HTTP request; `None`: each call gets one of its own.
    request: Option<Arc<str>>,
    /// Bytes of its body.
    size: usize,
    /// The operation that sent it, if it said so.
    parent: Option<TraceContext>,
    /// The room of its answer; `None` where nobody else waits for memory.
    room: Option<AnswerRoom>,
}

/// The room that the answer to a request takes, shared with whoever sends it.
pub type AnswerRoom = Arc<Mutex<Taken>>;

impl Handler {
    /// Answers this caller, about all that he may call, or about one extension.
    pub fn new(platform: Arc<Platform>, caller: Arc<Caller>, only: Option<Only>) -> Self {
        Self { platform, caller, only, request: None, size: 0, parent: None, room: None }
    }

    /// Calls are known by the id of the request, whose body has so many bytes, and a part of what
    /// that is a part of.
    #[must_use]
    pub fn of_request(self, id: Arc<str>, size: usize, parent: Option<TraceContext>) -> Self {
        Self { request: Some(id), size, parent, ..self }
    }

    /// Large answers take their room here.
    #[must_use]
    pub fn within(self, room: AnswerRoom) -> Self {
        Self { room: Some(room), ..self }
    }

    /// The versions whose actions are tools now, in the order of names.
    fn offered(&self) -> Vec<Arc<Running>> {
        let may = |name: &PackageName| self.caller.may(Verb::Invoke, Some(name.namespace()));
        let deployments = self.platform.deployments();
        match &self.only {
            Some((name, version)) => {
                let found = deployments.find(name, version.as_deref()).ok();
                found.filter(|_| may(name)).into_iter().collect()
            }
            None => {
                let all = deployments.all().into_iter().filter(|(name, _)| may(name));
                all.filter_map(|(_, versions)| versions.active().cloned()).collect()
            }
        }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools().enable_tool_list_changed();
        let mut implementation = Implementation::new("cargo-ext", env!("CARGO_PKG_VERSION"));
        implementation.title = Some(match &self.only {
            Some((name, _)) => format!("The extension {name}"),
            None => "Extensions".into(),
        });
        ServerConfig::new(tools.build()).with_server_info(implementation)
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let mut result = self.negotiate_initialize(&request)?;
        context.peer.set_peer_info(request);
        // Nothing is kept of such a client, so that nobody can tell it.
        result.capabilities.tools = Some(ToolsCapability::default());
        Ok(result)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let offered = self.offered();
        let tools = offered.iter().flat_map(|running| running.tools().list().cloned());
        Ok(ListToolsResult::with_all_items(tools.collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // What the message says of itself is nearer than what its transport says (SEP-414).
        let parent = context.meta.get_traceparent().and_then(|parent| {
            TraceContext::of_texts(parent, context.meta.get_tracestate().unwrap_or_default())
        });
        let found = self.offered().into_iter().find_map(|running| {
            let called = running.tools().find(&request.name)?.clone();
            Some((running, called))
        });
        // Also if it is there, and not for this caller.
        let Some((running, tool)) = found else {
            let message = format!("no tool is named `{}`", request.name);
            return Err(ErrorData::invalid_params(message, None));
        };
        let most = body_limit(&self.platform, &running);
        if self.size > most {
            return Ok(answer::failure(&crate::http::too_large(most)).into());
        }
        let action = match running.called(&tool.action) {
            Ok((_, action)) => action.clone(),
            Err(problem) => return Ok(answer::failure(&problem).into()),
        };
        let invocation = Invocation {
            id: self.request.clone().unwrap_or_else(crate::http::new_id),
            consumer: self.caller.name.clone(),
            surface: Surface::Mcp,
            action,
            arguments: Value::Object(request.arguments.unwrap_or_default()),
            // The library has read them.
            taken: None,
            parent: parent.or_else(|| self.parent.clone()),
        };
        let room = self.room.clone();
        let read = move |it: Returned<'_>| {
            let (answer, size) = answer::success(&tool, it.to_value());
            if let Some(room) = room {
                held::take(&mut room.lock().unwrap_or_else(PoisonError::into_inner), size)?;
            }
            Ok(answer)
        };
        let called = self.platform.invoke(running, invocation, read).await;
        Ok(called.result.unwrap_or_else(|problem| answer::failure(&problem)).into())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        let tools = SubscriptionFilter::builder().tools_list_changed().build();
        Some(requested.intersection(&tools))
    }

    /// Tells when other tools are there: until the client goes, or the server ends.
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.platform.deployments().changes();
        let mut ending = self.platform.ending();
        let named = |handler: &Self| -> Vec<(Arc<str>, Arc<str>)> {
            let offered = handler.offered();
            offered.iter().map(|it| (it.id.clone(), it.version.clone())).collect()
        };
        let mut known = named(self);
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                _ = ending.wait_for(|ends| *ends) => return Ok(()),
                changed = changes.changed() => if changed.is_err() { return Ok(()) },
            }
            let now = named(self);
            if now != known {
                known = now;
                if context.sink().notify_tool_list_changed().await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}
