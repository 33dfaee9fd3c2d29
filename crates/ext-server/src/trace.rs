//! What a call is a part of (W3C Trace Context, Level 1): where it came from, and what goes on
//! to the servers that its extension asks.

use std::sync::Arc;

use axum::http::HeaderMap;
use ext_host::Trace;

#[cfg(feature = "otel")]
use crate::otel;
use crate::random::random;
use crate::settings::StartError;
use crate::store::CallRecord;
use crate::text;

/// The header of the trace and of the operation that a request is a part of (§3.2).
const TRACEPARENT: &str = "traceparent";

/// The header of what tracing systems keep for themselves (§3.3).
const TRACESTATE: &str = "tracestate";

/// Longest `tracestate` that is passed on (§3.3.1.5).
const LONGEST_STATE: usize = 512;

/// An operation in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// Not zero.
    pub trace: u128,
    /// The operation, not zero.
    pub span: u64,
    /// Whether somebody keeps what belongs to the trace.
    pub sampled: bool,
    /// As it came.
    pub state: Option<String>,
}

impl TraceContext {
    /// The operation that sent a request with these headers; `None` if it does not say, or not
    /// as it should.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let parent = parents.next()?.to_str().ok()?;
        if parents.next().is_some() {
            return None;
        }
        let states = headers.get_all(TRACESTATE).iter();
        let states: Vec<&str> = states.filter_map(|it| it.to_str().ok()).collect();
        Self::of_texts(parent, &states.join(","))
    }

    /// The same, of what other messages than those of HTTP have in these fields.
    pub fn of_texts(parent: &str, state: &str) -> Option<Self> {
        let state = Some(state).filter(|it| (1..=LONGEST_STATE).contains(&it.len()));
        Some(Self { state: state.map(str::to_owned), ..Self::parse(parent)? })
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| {
            text.bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
                .then(|| u128::from_str_radix(text, 16).ok())
                .flatten()
        };
        let (known, more) = (text.get(..55)?, &text[55..]);
        let parts: Vec<&str> = known.split('-').collect();
        let [version, trace, span, flags] = *parts else { return None };
        let lengths = [version, trace, span, flags].map(str::len);
        let version = digits(version)?;
        // Later versions may have more behind what is known (§3.2.4).
        let fits = match version {
            0 => more.is_empty(),
            0xff => false,
            _ => more.is_empty() || more.starts_with('-'),
        };
        let (trace, span) = (digits(trace)?, u64::try_from(digits(span)?).ok()?);
        let fits = fits && lengths == [2, 32, 16, 2] && trace != 0 && span != 0;
        fits.then_some(Self { trace, span, sampled: digits(flags)? & 1 == 1, state: None })
    }

    /// A new operation: a part of this one, or of a trace of its own.
    pub fn below(parent: Option<&Self>) -> Self {
        // Neither is zero.
        let (trace, span) =
            (u128::from_ne_bytes(random()).max(1), u64::from_ne_bytes(random()).max(1));
        match parent {
            Some(parent) => Self { span, ..parent.clone() },
            None => Self { trace, span, sampled: true, state: None },
        }
    }

    /// As the header has it.
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }

    /// The trace, as systems that keep traces write it.
    pub fn trace_id(&self) -> Arc<str> {
        text::id(self.trace.to_be_bytes())
    }
}

/// Makes spans of calls, and hands them to whoever collects them.
pub struct Traces {
    #[cfg(feature = "otel")]
    exporter: Option<otel::Exporter>,
}

impl Traces {
    /// As the environment says, in programs with the feature `otel`.
    pub fn new() -> Result<Self, StartError> {
        Ok(Self {
            #[cfg(feature = "otel")]
            exporter: otel::Exporter::from_environment()?,
        })
    }

    /// A call begins.
    pub fn start(&self, parent: Option<&TraceContext>) -> Span {
        #[cfg(feature = "otel")]
        if let Some(exporter) = &self.exporter {
            let (context, exported) = exporter.start(parent);
            return Span { context, exported: Some(exported) };
        }
        Span {
            context: TraceContext::below(parent),
            #[cfg(feature = "otel")]
            exported: None,
        }
    }

    /// Hands over what is left; it may take some seconds.
    pub fn shutdown(&self) {
        #[cfg(feature = "otel")]
        if let Some(exporter) = &self.exporter {
            exporter.shutdown();
        }
    }
}

/// A call as a part of a trace.
pub struct Span {
    context: TraceContext,
    #[cfg(feature = "otel")]
    exported: Option<otel::Span>,
}

impl Span {
    /// Where it is.
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// What the requests of its extension are a part of.
    pub fn trace(&self, request: &str) -> Trace {
        Trace {
            request_id: Some(request.to_owned()),
            traceparent: Some(self.context.traceparent()),
            tracestate: self.context.state.clone(),
        }
    }

    /// The call has ended.
    #[cfg_attr(not(feature = "otel"), expect(unused_variables, reason = "nobody collects"))]
    pub fn end(self, call: &CallRecord) {
        #[cfg(feature = "otel")]
        if let Some(exported) = self.exported {
            exported.end(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn of(pairs: &[(&'static str, &str)]) -> Option<TraceContext> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        TraceContext::of(&headers)
    }

    #[test]
    fn what_comes_in_goes_on() {
        let context =
            of(&[(TRACEPARENT, PARENT), (TRACESTATE, "a=1"), (TRACESTATE, "b=2")]).unwrap();
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(context.state.as_deref(), Some("a=1,b=2"));
        let below = TraceContext::below(Some(&context));
        assert_eq!(
            (below.trace, below.sampled, &below.state),
            (context.trace, true, &context.state)
        );
        assert_ne!(below.span, context.span);
        let unsampled = of(&[(TRACEPARENT, &PARENT.replace("-01", "-00"))]).unwrap();
        assert!(unsampled.traceparent().ends_with("-00"));
        // A version of later, with more.
        let later = format!("{}-more", PARENT.replacen("00", "42", 1));
        assert_eq!(of(&[(TRACEPARENT, &later)]).unwrap().traceparent(), PARENT);
        let own = TraceContext::below(None);
        assert_eq!(TraceContext::parse(&own.traceparent()), Some(own));
    }

    #[test]
    fn what_is_none_is_none() {
        for wrong in [
            "",
            "00",
            &PARENT[1..],
            &PARENT.to_uppercase(),
            &format!("{PARENT}-00"),
            &PARENT.replacen("00", "ff", 1),
            &PARENT.replace('-', "_"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
        ] {
            assert_eq!(of(&[(TRACEPARENT, wrong)]), None, "{wrong}");
        }
        assert_eq!(of(&[(TRACEPARENT, PARENT), (TRACEPARENT, PARENT)]), None);
        let long = format!("a={}", "x".repeat(600));
        assert_eq!(of(&[(TRACEPARENT, PARENT), (TRACESTATE, &long)]).unwrap().state, None);
    }
}
