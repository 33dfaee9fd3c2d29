//! A call, whichever way it came.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ext_definition::code::{self, Code};
use ext_host::{ActionError, Error, Output, Returned};
use jiff::Timestamp;
use serde_json::Value;

use crate::gate::Permit;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::room::Taken;
use crate::running::{Action, Running};
use crate::store::{CallRecord, Outcome, Surface};
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
    pub id: Arc<str>,
    /// Who calls.
    pub consumer: Arc<str>,
    /// Which way.
    pub surface: Surface,
    /// What is known of the action while its version runs.
    pub(crate) action: Arc<Action>,
    /// The object of arguments.
    pub arguments: Value,
    /// What those take, until they are with the extension.
    pub taken: Option<Taken>,
    /// The operation that sent the request, if it said so.
    pub parent: Option<TraceContext>,
}

/// A call that was made.
pub struct Called<T> {
    /// What was made of its result, or why there is none.
    pub result: Result<T, Problem>,
    /// How long it took, waiting included.
    pub took: Duration,
    /// What the extension wrote.
    pub log: Arc<str>,
    /// The place that it has among the calls of its deployment: whoever holds on to a large
    /// result holds on to this as well, so that there are not too many.
    pub place: Option<Permit>,
}

impl Platform {
    /// Makes a call: waits for its turn, runs it, reads its result, writes it down. Once it has
    /// its turn it runs to its end, also when nobody waits for it any more; it is written down in
    /// any case. What `read` does counts as computing.
    pub async fn invoke<T: Send + 'static>(
        self: &Arc<Self>,
        running: Arc<Running>,
        invocation: Invocation,
        read: impl FnOnce(Returned<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Called<T> {
        let Invocation { id, consumer, surface, action, arguments, taken, parent } = invocation;
        let habit = action.habit.clone();
        let name = action.name.clone();
        let entry = Queued(Some(Entry {
            platform: self.clone(),
            running: running.clone(),
            at: Timestamp::now(),
            started: Instant::now(),
            action,
            id,
            consumer,
            surface,
            span: self.traces.start(parent.as_ref()),
        }));
        // First its own queue: who floods one extension takes no place from the others.
        let Some(place) = running.gate.enter().await else {
            let message = format!("too many calls of `{}` at once", running.id);
            return entry.refused(Problem::new(code::TOO_MANY_CALLS, message).retry_after(1));
        };
        let is_long = is_large(&arguments) || habit.is_long();
        let Some(turn) = self.workers.enter(is_long).await else {
            let message = "too many calls at once";
            return entry.refused(Problem::new(code::SERVER_FULL, message).retry_after(1));
        };
        let Some(entry) = entry.begins() else { return Called::without(lost()) };
        // For the requests that it sends, if it asks to send any.
        let sends = !running.extension.definition().package.permissions.http.is_empty();
        let trace = sends.then(|| entry.span.trace(&entry.id));
        let call = Box::pin(async move {
            let extension = &running.extension;
            let arguments = Cow::Owned(arguments);
            let read = |result: Returned<'_>| {
                // The arguments are gone, and the answer takes room of its own.
                drop(taken);
                read(result)
            };
            extension.invoke_and_read(trace.as_ref(), &name, arguments, read).await
        });
        let end = move |called| entry.called(called, place);
        self.workers.run(turn, habit, call, end).await.unwrap_or_else(|| Called::without(lost()))
    }
}

/// Of what ends with the server.
pub(crate) fn lost() -> Problem {
    Problem::new(code::SERVER_FULL, "the server ends").retry_after(1)
}

impl<T> Called<T> {
    /// A call that was not made.
    fn without(problem: Problem) -> Self {
        Self { result: Err(problem), took: Duration::ZERO, log: Arc::default(), place: None }
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
fn log(output: &Output) -> Arc<str> {
    if output.is_empty() {
        return Arc::default();
    }
    let mut text: String = output.records.iter().map(|record| format!("{record}\n")).collect();
    if output.dropped > 0 {
        text.push_str(&format!("[{} more records were not kept]\n", output.dropped));
    }
    text.push_str(&output.text);
    text.into()
}

/// A call that waits for its turn: written down also when its client goes away meanwhile.
struct Queued(Option<Entry>);

impl Queued {
    fn begins(mut self) -> Option<Entry> {
        self.0.take()
    }

    fn refused<T>(self, problem: Problem) -> Called<T> {
        match self.begins() {
            Some(entry) => entry.end(Err(problem), Arc::default(), None, None),
            None => Called::without(problem),
        }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        if let Some(entry) = self.0.take() {
            let message = "its client went away before its turn";
            let gone = Err::<(), _>(Problem::new(code::TOO_MANY_CALLS, message));
            entry.end(gone, Arc::default(), None, None);
        }
    }
}

/// What the host gives for a call: what was read of its result, and what the extension wrote.
type CallOutcome<T> = (Result<Result<T, Problem>, Error<ActionError>>, Output);

/// A call that is written down when it ends.
struct Entry {
    platform: Arc<Platform>,
    running: Arc<Running>,
    at: Timestamp,
    started: Instant,
    action: Arc<Action>,
    id: Arc<str>,
    consumer: Arc<str>,
    surface: Surface,
    span: Span,
}

impl Entry {
    /// The end of a call that had its turn. `None`: the host lost it.
    fn called<T>(self, called: Option<CallOutcome<T>>, place: Permit) -> Called<T> {
        match called {
            Some((result, output)) => {
                let log = log(&output);
                let result = result.map_err(Problem::from).flatten();
                self.end(result, log, output.failure, Some(place))
            }
            None => {
                let error = Error::<ActionError>::Runtime("a mistake of the host".into());
                self.end(Err(error.into()), Arc::default(), None, Some(place))
            }
        }
    }

    /// The failure is the message of the action's own error, without secrets.
    fn end<T>(
        self,
        result: Result<T, Problem>,
        log: Arc<str>,
        failure: Option<String>,
        place: Option<Permit>,
    ) -> Called<T> {
        let took = self.started.elapsed();
        let problem = result.as_ref().err();
        let outcome = problem.map_or(Outcome::Ok, |it| outcome(it.code()));
        let (platform, running) = (&self.platform, &self.running);
        let Running { id, version, .. } = &**running;
        let name = &self.action.name;
        platform.metrics.call(id, version, name, &self.action.numbers, outcome, took);
        let trace = self.span.context().trace_id();
        if took >= platform.configuration.slow {
            tracing::info!(
                extension = &**id,
                action = &**name,
                request = &*self.id,
                trace = &*trace,
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "slow call"
            );
        }
        let call = CallRecord {
            id: self.id.clone(),
            at: self.at,
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            package: id.clone(),
            version: version.clone(),
            action: name.clone(),
            consumer: self.consumer,
            surface: self.surface,
            outcome,
            code: problem.map(|it| it.code().to_string().into()),
            detail: short(failure.or_else(|| Some(problem?.detail().to_owned())), outcome),
            log: log.clone(),
            trace,
        };
        self.span.end(&call);
        platform.recorder.record(call);
        let result = result.map_err(|problem| problem.of_call(&self.id));
        Called { result, took, log, place }
    }
}

/// A message as the log keeps it: an error may be as long as a result.
fn short(message: Option<String>, outcome: Outcome) -> Arc<str> {
    let Some(mut message) = message else { return Arc::default() };
    let longest = if outcome == Outcome::Arguments { LONGEST_REFUSED } else { LONGEST };
    cut(&mut message, longest);
    message.into()
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
