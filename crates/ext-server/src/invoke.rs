//! A call, whichever way it came.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ext_definition::code::{self, Code};
use jiff::Timestamp;
use serde_json::Value;

use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::{Action, Running};
use crate::store::{CallRecord, Outcome};
use crate::text::cut;
use crate::trace::{Span, TraceContext};

/// Bytes of a failure's message that the log keeps.
const LONGEST: usize = 16 << 10;

/// The same of arguments that do not fit: whoever sent them knows them, and may send many.
const LONGEST_REFUSED: usize = 1 << 10;

/// Bytes of arguments, about, from which on they are large.
const LARGE: usize = 256 << 10;

/// A call that is to be made.
pub struct Invocation {
    /// Of the request.
    pub id: String,
    /// Who calls.
    pub consumer: String,
    /// Which way: `http`, `mcp`, `console`.
    pub surface: &'static str,
    /// The action, in kebab-case or snake_case.
    pub action: String,
    /// The object of arguments.
    pub arguments: Value,
    /// The operation that sent the request, if it said so.
    pub parent: Option<TraceContext>,
}

/// A call that was made.
#[derive(Debug)]
pub struct Called {
    /// Its result, or why there is none.
    pub result: Result<Value, Problem>,
    /// How long it took, waiting included.
    pub took: Duration,
    /// What the extension wrote.
    pub log: String,
}

impl Platform {
    /// Makes a call: waits for its turn, runs it, writes it down. It runs to its end, and is
    /// written down, also when nobody waits for it any more.
    pub async fn invoke(self: &Arc<Self>, running: Arc<Running>, invocation: Invocation) -> Called {
        // Its own name, whichever was used.
        let action = running.extension.action(&invocation.action);
        let entry = Entry {
            platform: self.clone(),
            action: action
                .and_then(|it| Some((it.name.clone(), running.actions.get(&it.name)?.clone()))),
            running,
            at: Timestamp::now(),
            started: Instant::now(),
            id: invocation.id,
            consumer: invocation.consumer,
            surface: invocation.surface,
            span: self.traces.start(invocation.parent.as_ref()),
        };
        // First its own queue: who floods one extension takes no place from the others.
        let Some(own) = entry.running.gate.enter().await else {
            let message = format!("too many calls of `{}` at once", entry.running.id);
            let problem = Problem::new(code::TOO_MANY_CALLS, message).retry_after(1);
            return entry.end(Err(problem), String::new(), None);
        };
        let Some(ours) = self.gate.enter().await else {
            let problem = Problem::new(code::SERVER_FULL, "too many calls at once").retry_after(1);
            return entry.end(Err(problem), String::new(), None);
        };
        let habit = entry.action.as_ref().map(|(_, it)| it.habit.clone()).unwrap_or_default();
        let (action, arguments) = (invocation.action, invocation.arguments);
        let large = is_large(&arguments);
        let call = Box::pin(async move {
            let extension = &entry.running.extension;
            // For the requests that it sends, if it asks to send any.
            let sends = !extension.definition().package.permissions.http.is_empty();
            let trace = sends.then(|| entry.span.trace(&entry.id));
            let called = extension.invoke_async(trace.as_ref(), &action, &arguments);
            let (result, output) = called.await;
            let (log, failure) = (log(&output), output.failure);
            drop((own, ours));
            entry.end(result.map_err(Problem::from), log, failure)
        });
        self.workers.run(habit, large, call).await.unwrap_or_else(|| Called {
            result: Err(Problem::new(code::SERVER_FULL, "the call was lost").retry_after(1)),
            took: Duration::ZERO,
            log: String::new(),
        })
    }
}

/// Whether it takes long to bring arguments to the extension, before it computes anything: about
/// a millisecond at least.
fn is_large(arguments: &Value) -> bool {
    // Nobody walks through all of what is large.
    fn fits(value: &Value, left: &mut usize) -> bool {
        let text = value.as_str().map_or(0, str::len);
        let Some(rest) = left.checked_sub(size_of::<Value>() + text) else { return false };
        *left = rest;
        match value {
            Value::Array(all) => all.iter().all(|it| fits(it, left)),
            Value::Object(all) => all.values().all(|it| fits(it, left)),
            _ => true,
        }
    }
    !fits(arguments, &mut { LARGE })
}

/// What the extension said, as one text: what it logged, a record on each line, then what it
/// wrote.
fn log(output: &ext_host::Output) -> String {
    let mut text: String = output.records.iter().map(|record| format!("{record}\n")).collect();
    if output.dropped > 0 {
        text.push_str(&format!("[{} more records were not kept]\n", output.dropped));
    }
    text.push_str(&output.text);
    text
}

/// A call that has begun.
struct Entry {
    platform: Arc<Platform>,
    running: Arc<Running>,
    at: Timestamp,
    started: Instant,
    /// Of the definition; `None`: there is no such action.
    action: Option<(String, Arc<Action>)>,
    id: String,
    consumer: String,
    surface: &'static str,
    span: Span,
}

impl Entry {
    /// The failure is the message of the action's own error, without secrets.
    fn end(self, result: Result<Value, Problem>, log: String, failure: Option<String>) -> Called {
        let took = self.started.elapsed();
        let problem = result.as_ref().err();
        // What is not there is no call: it would fill the log, and the metrics, with anything.
        if let Some((action, of)) = self.action {
            let outcome = problem.map_or(Outcome::Ok, |it| outcome(it.code()));
            let (platform, running) = (&self.platform, &self.running);
            let Running { id, version, .. } = &**running;
            platform.metrics.call(id, version, &action, &of.numbers, outcome, took);
            let trace = self.span.context().trace_id();
            if took >= platform.configuration.slow {
                tracing::info!(
                    extension = running.id,
                    action,
                    request = self.id,
                    trace,
                    milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    "slow call"
                );
            }
            let call = CallRecord {
                id: self.id.clone(),
                at: self.at,
                micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                package: running.id.clone(),
                version: running.version.clone(),
                action,
                consumer: self.consumer,
                surface: self.surface.to_owned(),
                outcome,
                code: problem.map(|it| it.code().to_string()),
                detail: short(failure.or_else(|| Some(problem?.detail().to_owned())), outcome),
                log: log.clone(),
                trace,
            };
            self.span.end(&call);
            platform.recorder.record(call);
        }
        Called { result: result.map_err(|problem| problem.of_request(&self.id)), took, log }
    }
}

/// A message as the log keeps it: an error may be as long as a result.
fn short(message: Option<String>, outcome: Outcome) -> String {
    let mut message = message.unwrap_or_default();
    let longest = if outcome == Outcome::Arguments { LONGEST_REFUSED } else { LONGEST };
    cut(&mut message, longest);
    message
}

fn outcome(code: Code) -> Outcome {
    match code {
        code::ACTION_FAILED => Outcome::Error,
        code::ARGUMENTS => Outcome::Arguments,
        code::TRAPPED => Outcome::Trap,
        code::LIMIT => Outcome::Limit,
        code::TOO_MANY_CALLS | code::SERVER_FULL => Outcome::Shed,
        _ => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn large_arguments() {
        for small in [json!({}), json!({"a": "x".repeat(1000)}), json!([[1, 2], [{"b": null}]])] {
            assert!(!is_large(&small), "{small}");
        }
        let text = json!({"a": [{"b": "x".repeat(LARGE)}]});
        let many = json!({"a": vec![0; LARGE / 16]});
        let wide = Value::Object((0..10_000).map(|it| (it.to_string(), json!(it))).collect());
        assert!(is_large(&text) && is_large(&many) && is_large(&wide));
    }
}
