//! The tokens that callers have.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ext_definition::code;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit;
use crate::auth::{Caller, LOOPBACK, STDIO, Scope};
use crate::problem::Problem;
use crate::store::{Store, StoreError, Token};
use crate::text::hexadecimal;

/// Names that are no token's.
const RESERVED: [&str; 5] = [LOOPBACK, STDIO, audit::SERVER, audit::OTHERS, "nobody"];

/// Most characters of a token's name.
const MOST_OF_NAME: usize = 100;

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
        let caller = Arc::new(Caller::of(&token));
        Self { token, caller }
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
}
