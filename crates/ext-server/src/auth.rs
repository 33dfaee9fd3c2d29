//! Who asks, and what they may.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ext_definition::code;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::store::{Event, Store, StoreError, Token};
use crate::text::hexadecimal;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// To call actions, and to read what describes them.
    Invoke,
    /// To deploy, go back, undeploy; to read calls and deployments.
    Deploy,
    /// To grant permissions, make and revoke tokens, read everything.
    Operate,
}

impl Verb {
    fn word(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Deploy => "deploy",
            Self::Operate => "operate",
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
        let verb = [Verb::Invoke, Verb::Deploy, Verb::Operate]
            .into_iter()
            .find(|it| it.word() == verb)
            .ok_or_else(|| {
                format!("`{text}` is no scope: there are `invoke`, `deploy`, `operate`, each alone or with a namespace, as in `invoke:acme`")
            })?;
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

impl Caller {
    /// Somebody on the same machine, who may everything.
    pub fn loopback() -> Arc<Self> {
        static CALLER: LazyLock<Arc<Caller>> = LazyLock::new(|| Arc::new(Caller::all(LOOPBACK)));
        CALLER.clone()
    }

    /// Whoever started this process, and talks to it by its standard streams.
    pub fn stdio() -> Arc<Self> {
        Arc::new(Self::all("stdio"))
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
            // Who operates may see, and who deploys may call what he deployed: to look whether
            // it works.
            let covers =
                scope.verb == verb || matches!((scope.verb, verb), (Verb::Deploy, Verb::Invoke));
            let here = scope.namespace.is_none() || scope.namespace.as_deref() == namespace;
            covers && here
        })
    }

    /// The namespaces in which the caller may do this; `None`: all.
    pub fn namespaces(&self, verb: Verb) -> Option<Vec<String>> {
        if self.may(verb, None) {
            return None;
        }
        let named = self.scopes.iter().filter_map(|scope| scope.namespace.clone());
        Some(named.filter(|it| self.may(verb, Some(it))).collect())
    }

    /// Refuses what the caller may not.
    pub fn check(&self, verb: Verb, namespace: Option<&str>) -> Result<(), Problem> {
        if self.may(verb, namespace) {
            return Ok(());
        }
        let wanted = Scope { verb, namespace: namespace.map(str::to_owned) };
        let message = format!("`{}` does not have the scope `{wanted}`", self.name);
        Err(Problem::new(code::NOT_COVERED, message))
    }
}

/// The tokens, in memory and by their hashes: a request waits for no database.
#[derive(Default)]
pub struct Tokens(RwLock<HashMap<String, Known>>);

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
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = by_hash;
        Ok(())
    }

    /// Adds the stored ones that it does not have: somebody else made them. Those that it has it
    /// knows better than what was read a moment ago.
    pub async fn learn(&self, store: &dyn Store) -> Result<(), StoreError> {
        let tokens = store.tokens().await?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for token in tokens {
            known.entry(token.hash.clone()).or_insert_with(|| token.into());
        }
        Ok(())
    }

    /// Whether the caller's token is valid still; who has none needs none.
    pub fn holds(&self, caller: &Caller) -> bool {
        let Some(id) = &caller.token else { return true };
        let tokens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tokens.values().any(|it| it.token.id == *id && it.is_valid())
    }

    /// Who has this token, if it is valid now.
    ///
    /// It is found by its hash: how long that takes says nothing about tokens that there are.
    pub fn caller(&self, token: &str) -> Option<Arc<Caller>> {
        let tokens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = tokens.get(&hash(token))?;
        known.is_valid().then(|| known.caller.clone())
    }

    /// Makes a token: what is stored of it, and the token itself, which nobody sees again.
    pub async fn add(
        &self,
        store: &dyn Store,
        by: &Caller,
        name: &str,
        scopes: &[Scope],
        expires: Option<Timestamp>,
    ) -> Result<(Token, String), StoreError> {
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
        let event = Event {
            at: now,
            who: by.name.clone(),
            what: "token add".into(),
            subject: token.id.clone(),
            detail: format!("{name}: {}", token.scopes.join(", ")),
        };
        store.add_token(&token, &event).await?;
        let mut tokens = self.0.write().unwrap_or_else(PoisonError::into_inner);
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
        let now = Timestamp::now();
        let event = Event {
            at: now,
            who: by.name.clone(),
            what: "token revoke".into(),
            subject: id.to_owned(),
            detail: String::new(),
        };
        let revoked = store.revoke_token(id, &event).await?;
        let mut tokens = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for Known { token, .. } in tokens.values_mut().filter(|it| it.token.id == id) {
            token.revoked.get_or_insert(now);
        }
        Ok(revoked)
    }
}

fn hash(token: &str) -> String {
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
    fn what_is_no_scope_is_refused() {
        for text in ["", "read", "invoke:", "invoke:a b", "Invoke", "operate:acme:x"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        assert_eq!("deploy:acme".parse::<Scope>().unwrap().to_string(), "deploy:acme");
    }
}
