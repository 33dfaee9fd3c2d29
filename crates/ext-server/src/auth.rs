//! Who asks, and what they may.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ext_definition::code;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit::{self, Refusal};
use crate::problem::Problem;
use crate::store::{Event, Store, StoreError, Token};
use crate::text::hexadecimal;

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
    pub name: String,
    /// The id of the token.
    pub token: Option<String>,
    scopes: Vec<Scope>,
}

/// The name of whoever asks from the same machine, without a token.
pub const LOOPBACK: &str = "loopback";

/// The name of whoever started this process, and talks to it by its standard streams.
const STDIO: &str = "stdio";

/// Names that are no token's.
const RESERVED: [&str; 5] = [LOOPBACK, STDIO, audit::SERVER, audit::OTHERS, "nobody"];

/// Most characters of a token's name.
const MOST_OF_NAME: usize = 100;

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
        let (who, token) = (self.name.clone(), self.token.clone());
        let refusal = Refusal::NotCovered { who, token };
        Problem::new(code::NOT_COVERED, message).refused(refusal)
    }

    /// Something that the caller does now.
    pub fn event(&self, what: &str, subject: &str, detail: String) -> Event {
        Event {
            at: Timestamp::now(),
            who: self.name.clone(),
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail,
            token: self.token.clone(),
        }
    }
}

/// The tokens, in memory and by their hashes: a request waits for no database.
#[derive(Default)]
pub struct Tokens {
    known: RwLock<HashMap<String, Known>>,
    /// One is made at a time, since names are given once.
    making: tokio::sync::Mutex<()>,
}

/// A token, and who has it.
struct Known {
    token: Token,
    caller: Arc<Caller>,
}

impl From<Token> for Known {
    fn from(token: Token) -> Self {
        let caller = Caller {
            name: token.name.clone(),
            token: Some(token.id.clone()),
            scopes: token.scopes.iter().filter_map(|it| it.parse().ok()).collect(),
        };
        Self { token, caller: Arc::new(caller) }
    }
}

impl Known {
    fn is_valid(&self) -> bool {
        let Token { revoked, expires, .. } = &self.token;
        revoked.is_none() && expires.is_none_or(|end| Timestamp::now() < end)
    }
}

impl Tokens {
    /// Reads them.
    pub async fn load(&self, store: &dyn Store) -> Result<(), StoreError> {
        let tokens = store.tokens().await?;
        let by_hash = tokens.into_iter().map(|it| (it.hash.clone(), it.into())).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = by_hash;
        Ok(())
    }

    /// Adds the stored ones that it does not have: somebody else made them. Those that it has it
    /// knows better than what was read a moment ago.
    pub async fn learn(&self, store: &dyn Store) -> Result<(), StoreError> {
        let tokens = store.tokens().await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for token in tokens {
            known.entry(token.hash.clone()).or_insert_with(|| token.into());
        }
        Ok(())
    }

    /// Whether the caller's token is valid still; who has none needs none.
    pub fn holds(&self, caller: &Caller) -> bool {
        let Some(id) = &caller.token else { return true };
        let tokens = self.known.read().unwrap_or_else(PoisonError::into_inner);
        tokens.values().any(|it| it.token.id == *id && it.is_valid())
    }

    /// Who has this token, if it is valid now.
    ///
    /// It is found by its hash: how long that takes says nothing about tokens that there are.
    pub fn caller(&self, token: &str) -> Option<Arc<Caller>> {
        self.holder(&hash(token))
    }

    /// Who has the token of this hash, if it is valid now.
    pub(crate) fn holder(&self, hash: &str) -> Option<Arc<Caller>> {
        let tokens = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let known = tokens.get(hash)?;
        known.is_valid().then(|| known.caller.clone())
    }

    /// The first of such names that no valid token has: `operator`, `operator 2`.
    pub fn free_name(&self, name: &str) -> String {
        let numbered = (2_u64..).map(|number| format!("{name} {number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|it| self.check_name(it).is_ok()).unwrap_or_default()
    }

    /// Refuses names that could be taken for somebody else's, where names stand for tokens: in
    /// the log of calls, and in what was done.
    ///
    /// # Errors
    /// With a sentence that says why.
    fn check_name(&self, name: &str) -> Result<(), String> {
        if name.trim() != name || !(1..=MOST_OF_NAME).contains(&name.chars().count()) {
            return Err(format!("A token has a name of up to {MOST_OF_NAME} characters."));
        }
        // Those that are not seen, and those that turn the direction of writing.
        let hidden = |it: char| {
            it.is_control()
                || matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
                || matches!(it, '\u{2060}'..='\u{206f}' | '\u{feff}')
        };
        if name.contains(hidden) {
            return Err("The name of a token has only characters that are seen.".into());
        }
        let reserved = RESERVED.iter().any(|it| name.eq_ignore_ascii_case(it));
        if reserved || name.parse::<IpAddr>().is_ok() {
            return Err(format!("`{name}` stands for somebody who has no token."));
        }
        let tokens = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match tokens.values().any(|it| it.is_valid() && it.token.name == name) {
            true => Err(format!("There is a valid token of the name `{name}`.")),
            false => Ok(()),
        }
    }

    /// Makes a token: what is stored of it, and the token itself, which nobody sees again. Its
    /// name is no other valid token's.
    pub async fn add(
        &self,
        store: &dyn Store,
        by: &Caller,
        name: &str,
        scopes: &[Scope],
        expires: Option<Timestamp>,
    ) -> Result<(Token, String), Problem> {
        let _making = self.making.lock().await;
        self.check_name(name).map_err(|it| Problem::new(code::BODY_UNREADABLE, it))?;
        let failed = |error: getrandom::Error| StoreError(format!("no random numbers: {error}"));
        let (mut secret, mut id) = ([0; 32], [0; 6]);
        getrandom::fill(&mut secret).map_err(failed)?;
        getrandom::fill(&mut id).map_err(failed)?;
        // Secret scanners find it by its beginning.
        let text = format!("ext_{}", URL_SAFE_NO_PAD.encode(secret));
        let now = Timestamp::now();
        let scopes: Vec<String> = scopes.iter().map(Scope::to_string).collect();
        let token = Token {
            id: hexadecimal(&id),
            name: name.to_owned(),
            hash: hash(&text),
            scopes,
            created: now,
            expires,
            revoked: None,
        };
        let event =
            by.event("token add", &token.id, format!("{name}: {}", token.scopes.join(", ")));
        store.add_token(&token, &event).await?;
        let mut tokens = self.known.write().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(token.hash.clone(), token.clone().into());
        Ok((token, text))
    }

    /// Revokes a token; `false` if there is no valid one of this id.
    pub async fn revoke(
        &self,
        store: &dyn Store,
        by: &Caller,
        id: &str,
    ) -> Result<bool, StoreError> {
        let event = by.event("token revoke", id, String::new());
        let revoked = store.revoke_token(id, &event).await?;
        let mut tokens = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for Known { token, .. } in tokens.values_mut().filter(|it| it.token.id == id) {
            token.revoked.get_or_insert(event.at);
        }
        Ok(revoked)
    }
}

/// How a secret is kept.
pub(crate) fn hash(token: &str) -> String {
    // 256 random bits need no salt, and no slow hash.
    hexadecimal(&Sha256::digest(token.as_bytes()))
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
    fn names_stand_for_one_token() {
        let tokens = Tokens::default();
        let token = |name: &str, revoked| {
            let now = Timestamp::now();
            let (id, hash) = (name.to_owned(), hash(name));
            let scopes = Vec::new();
            let name = name.to_owned();
            Token { id, name, hash, scopes, created: now, expires: None, revoked }
        };
        let made = [token("shop", None), token("gone", Some(Timestamp::now()))];
        let known = made.into_iter().map(|it| (it.hash.clone(), it.into()));
        *tokens.known.write().unwrap() = known.collect();
        let long = "x".repeat(101);
        for wrong in [
            "",
            " ",
            "a ",
            &long,
            "loopback",
            "Loopback",
            "stdio",
            "server",
            "others",
            "192.0.2.1",
            "2001:db8::",
            "a\nb",
            "a\u{1b}[2J",
            "a\u{202e}b",
            "sh\u{200b}op",
            "shop",
        ] {
            tokens.check_name(wrong).unwrap_err();
        }
        for fine in ["gone", "Shop", "the shop’s", "loopback 2", &long[1..]] {
            tokens.check_name(fine).unwrap();
        }
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
