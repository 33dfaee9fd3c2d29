//! Sessions of the console.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::Instant;

use crate::auth::Caller;
use crate::store::StoreError;
use crate::tokens::{Tokens, hash};

/// How long a session lasts in which nothing is done.
const LASTS: Duration = Duration::from_secs(12 * 3600);

/// How many there may be; the one ends that was used the longest ago.
const MOST: usize = 1024;

/// Who is logged in. A browser keeps a random id and never the token, which is a secret for longer
/// and for more than one place; here is only its hash. The server forgets them when it ends.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Session>>);

struct Session {
    /// The hash of its token: with that the session ends, too.
    token: String,
    used: Instant,
}

impl Sessions {
    /// Begins a session: who it is, and its id. `None`: the token is not valid.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn begin(
        &self,
        tokens: &Tokens,
        token: &str,
    ) -> Result<Option<(Arc<Caller>, String)>, StoreError> {
        let token = hash(token);
        let Some(caller) = tokens.holder(&token) else { return Ok(None) };
        let mut id = [0; 32];
        getrandom::fill(&mut id)
            .map_err(|error| StoreError(format!("no random numbers: {error}")))?;
        let id = URL_SAFE_NO_PAD.encode(id);
        let now = Instant::now();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, it| now - it.used < LASTS && tokens.holder(&it.token).is_some());
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, it)| it.used).map(|it| it.0.clone())
        {
            all.remove(&oldest);
        }
        all.insert(hash(&id), Session { token, used: now });
        Ok(Some((caller, id)))
    }

    /// Who is in this session, which goes on.
    pub fn caller(&self, tokens: &Tokens, id: &str) -> Option<Arc<Caller>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = all.get_mut(&hash(id)).filter(|it| it.used.elapsed() < LASTS)?;
        session.used = Instant::now();
        tokens.holder(&session.token)
    }

    /// Ends a session.
    pub fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Sqlite;

    #[tokio::test]
    async fn a_session_ends_with_its_time_its_token_and_when_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("s.sqlite")).await.unwrap();
        let (tokens, by) = (Tokens::default(), Caller::loopback());
        let (made, token) = tokens.add(&store, &by, "x", &[], None).await.unwrap();
        tokio::time::pause();
        let sessions = Sessions::default();
        let begin = || sessions.begin(&tokens, &token).unwrap().unwrap().1;
        let is_there = |id: &str| sessions.caller(&tokens, id).is_some();
        assert_eq!(sessions.begin(&tokens, "ext_other").unwrap(), None);

        let (used, unused, ended) = (begin(), begin(), begin());
        assert!(is_there(&used) && !is_there(&token) && !is_there(""));
        sessions.end(&ended);
        assert!(!is_there(&ended));
        for _ in 0..3 {
            tokio::time::advance(LASTS / 2).await;
            assert!(is_there(&used));
        }
        assert!(!is_there(&unused));
        // Not of the same instant: the one that was used the longest ago is to be known.
        tokio::time::advance(Duration::from_millis(1)).await;
        for _ in 0..MOST * 2 {
            begin();
        }
        assert_eq!(sessions.0.lock().unwrap().len(), MOST);
        assert!(!is_there(&used));

        let last = begin();
        tokio::time::resume();
        assert!(tokens.revoke(&store, &by, &made.id).await.unwrap());
        assert!(!is_there(&last));
    }
}
