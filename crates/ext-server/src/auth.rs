//! Who asks, and what they may.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use ext_definition::code;
use jiff::Timestamp;

use crate::audit::Refusal;
use crate::problem::Problem;
use crate::store::{Event, Token};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// To call actions.
    Invoke,
    /// To deploy, go back, undeploy.
    Deploy,
    /// To grant permissions, make and revoke tokens.
    Operate,
    /// To watch the server, and nothing besides: for what collects metrics.
    Observe,
}

/// What is only read. Who may read it is said here, and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// What describes an extension: its definition, OpenAPI, documentation, which versions there
    /// are.
    Description,
    /// How it is operated: who deployed it with which settings, its calls, what was done.
    Operation,
    /// How the server is: metrics, and why it is not ready.
    Metrics,
}

impl Reading {
    /// Who may do one of these may read it.
    fn verbs(self) -> &'static [Verb] {
        match self {
            Self::Description => &[Verb::Invoke, Verb::Deploy, Verb::Operate],
            Self::Operation => &[Verb::Deploy, Verb::Operate],
            Self::Metrics => &[Verb::Observe, Verb::Operate],
        }
    }
}

impl Verb {
    fn word(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Deploy => "deploy",
            Self::Operate => "operate",
            Self::Observe => "observe",
        }
    }
}

/// A verb, in one namespace or in all: `invoke`, `deploy:acme`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What may be done.
    pub verb: Verb,
    /// Where; `None`: everywhere.
    pub namespace: Option<String>,
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.verb.word())?;
        match &self.namespace {
            Some(namespace) => write!(formatter, ":{namespace}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (verb, namespace) = match text.split_once(':') {
            Some((verb, namespace)) => (verb, Some(namespace)),
            None => (text, None),
        };
        let verb = [Verb::Invoke, Verb::Deploy, Verb::Operate, Verb::Observe]
            .into_iter()
            .find(|it| it.word() == verb)
            .ok_or_else(|| {
                format!("`{text}` is no scope: there are `invoke`, `deploy`, `operate`, each alone or with a namespace, as in `invoke:acme`, and `observe`")
            })?;
        if verb == Verb::Observe && namespace.is_some() {
            return Err(format!("`{text}` is no scope: `observe` is about the whole server"));
        }
        if let Some(namespace) = namespace {
            ext_registry::PackageName::new(namespace, "x").map_err(|error| error.message())?;
        }
        Ok(Self { verb, namespace: namespace.map(str::to_owned) })
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token, or [`LOOPBACK`].
    pub name: Arc<str>,
    /// The id of the token.
    pub token: Option<String>,
    scopes: Vec<Scope>,
}

/// The name of whoever asks from the same machine, without a token.
pub const LOOPBACK: &str = "loopback";

/// The name of whoever started this process, and talks to it by its standard streams.
pub(crate) const STDIO: &str = "stdio";

impl Caller {
    /// Somebody on the same machine, who may everything.
    pub fn loopback() -> Arc<Self> {
        static CALLER: LazyLock<Arc<Caller>> = LazyLock::new(|| Arc::new(Caller::all(LOOPBACK)));
        CALLER.clone()
    }

    /// Whoever started this process, and talks to it by its standard streams.
    pub fn stdio() -> Arc<Self> {
        Arc::new(Self::all(STDIO))
    }

    /// Who has a token.
    pub(crate) fn of(token: &Token) -> Self {
        let scopes = token.scopes.iter().filter_map(|it| it.parse().ok()).collect();
        Self { name: token.name.as_str().into(), token: Some(token.id.clone()), scopes }
    }

    fn all(name: &str) -> Self {
        let scopes = [Verb::Invoke, Verb::Deploy, Verb::Operate];
        let scopes = scopes.map(|verb| Scope { verb, namespace: None }).to_vec();
        Self { name: name.into(), token: None, scopes }
    }

    #[cfg(test)]
    pub(crate) fn of_scopes(scopes: &[Scope]) -> Self {
        Self { name: "x".into(), token: None, scopes: scopes.to_vec() }
    }

    /// Whether the caller may do this in a namespace; `None`: everywhere.
    pub fn may(&self, verb: Verb, namespace: Option<&str>) -> bool {
        self.scopes.iter().any(|scope| {
            // Who deploys may call what he deployed: to look whether it works.
            let covers =
                scope.verb == verb || matches!((scope.verb, verb), (Verb::Deploy, Verb::Invoke));
            let here = scope.namespace.is_none() || scope.namespace.as_deref() == namespace;
            covers && here
        })
    }

    /// The namespaces in which the caller may do this; `None`: all.
    pub fn namespaces(&self, verb: Verb) -> Option<Vec<String>> {
        self.where_may(|namespace| self.may(verb, namespace))
    }

    fn where_may(&self, may: impl Fn(Option<&str>) -> bool) -> Option<Vec<String>> {
        if may(None) {
            return None;
        }
        let named = self.scopes.iter().filter_map(|scope| scope.namespace.clone());
        Some(named.filter(|it| may(Some(it))).collect())
    }

    /// Whether the caller may read this of a namespace; `None`: of all.
    pub fn may_read(&self, reading: Reading, namespace: Option<&str>) -> bool {
        reading.verbs().iter().any(|verb| self.may(*verb, namespace))
    }

    /// The namespaces of which the caller may read this; `None`: all.
    pub fn readable(&self, reading: Reading) -> Option<Vec<String>> {
        self.where_may(|namespace| self.may_read(reading, namespace))
    }

    /// Refuses what the caller may not read.
    pub fn check_reading(&self, reading: Reading, namespace: Option<&str>) -> Result<(), Problem> {
        match self.may_read(reading, namespace) {
            true => Ok(()),
            false => Err(self.not_covered(reading.verbs(), namespace)),
        }
    }

    /// Refuses what the caller may not.
    pub fn check(&self, verb: Verb, namespace: Option<&str>) -> Result<(), Problem> {
        if self.may(verb, namespace) {
            return Ok(());
        }
        Err(self.not_covered(&[verb], namespace))
    }

    /// One of these would be enough.
    fn not_covered(&self, verbs: &[Verb], namespace: Option<&str>) -> Problem {
        let wanted = verbs.iter().map(|verb| {
            let scope = Scope { verb: *verb, namespace: namespace.map(str::to_owned) };
            format!("`{scope}`")
        });
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        let message = format!("`{}` does not have the scope {wanted}", self.name);
        let (who, token) = (self.name.to_string(), self.token.clone());
        let refusal = Refusal::NotCovered { who, token };
        Problem::new(code::NOT_COVERED, message).refused(refusal)
    }

    /// Something that the caller does now.
    pub fn event(&self, what: &str, subject: &str, detail: String) -> Event {
        Event {
            at: Timestamp::now(),
            who: self.name.to_string(),
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail,
            token: self.token.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(scopes: &[&str]) -> Caller {
        let scopes: Vec<Scope> = scopes.iter().map(|it| it.parse().unwrap()).collect();
        Caller::of_scopes(&scopes)
    }

    #[test]
    fn scopes_hold_in_their_namespace() {
        let acme = caller(&["invoke:acme", "deploy:other"]);
        assert!(acme.may(Verb::Invoke, Some("acme")));
        assert!(acme.may(Verb::Invoke, Some("other")));
        assert!(!acme.may(Verb::Deploy, Some("acme")));
        assert!(!acme.may(Verb::Invoke, None));
        assert!(!acme.may(Verb::Operate, Some("acme")));
        assert_eq!(acme.namespaces(Verb::Invoke).unwrap(), ["acme", "other"]);
        let operator = caller(&["operate"]);
        assert!(operator.may(Verb::Operate, Some("acme")));
        assert!(!operator.may(Verb::Invoke, Some("acme")));
        assert_eq!(caller(&["invoke"]).namespaces(Verb::Invoke), None);
    }

    #[test]
    fn what_may_be_read() {
        use Reading::{Description, Metrics, Operation};
        for (scope, reads) in [
            ("invoke", &[Description][..]),
            ("deploy", &[Description, Operation]),
            ("operate", &[Description, Operation, Metrics]),
            ("observe", &[Metrics]),
        ] {
            let of_all = caller(&[scope]);
            for reading in [Description, Operation, Metrics] {
                let may = reads.contains(&reading);
                assert_eq!(of_all.may_read(reading, None), may, "{scope} {reading:?}");
                assert_eq!(of_all.check_reading(reading, None).is_ok(), may);
                if scope != "observe" {
                    let of_one = caller(&[&format!("{scope}:acme")]);
                    assert_eq!(of_one.may_read(reading, Some("acme")), may, "{scope} {reading:?}");
                    assert!(!of_one.may_read(reading, Some("other")));
                    assert!(!of_one.may_read(reading, None));
                }
            }
        }
        // Who may read about it may not do it.
        assert!(!caller(&["operate"]).may(Verb::Invoke, Some("acme")));
        assert!(!caller(&["observe"]).may(Verb::Operate, None));
        let problem = caller(&["observe"]).check_reading(Operation, Some("acme")).unwrap_err();
        assert!(problem.detail().ends_with("the scope `deploy:acme` or `operate:acme`"));
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for text in
            ["", "read", "invoke:", "invoke:a b", "Invoke", "operate:acme:x", "observe:acme"]
        {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        assert_eq!("deploy:acme".parse::<Scope>().unwrap().to_string(), "deploy:acme");
    }
}
