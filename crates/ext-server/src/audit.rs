//! What was done besides changes, and what was refused: events without a change of their own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::auth::Caller;
use crate::peers::network;
use crate::problem::Problem;
use crate::store::{Event, Store};

/// Who does what nobody asked for: starts and ends.
pub const SERVER: &str = "server";

/// What was refused to many, when there are too many to tell them apart.
pub const OTHERS: &str = "others";

/// Whoever is refused again within this time is counted.
const AGAIN: Duration = Duration::from_secs(60);

/// How many are told apart.
const MOST: usize = 256;

/// Why a request was refused to whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It came without a token.
    NoToken,
    /// Its token, or what was given as one, is not valid; it came from there.
    InvalidToken(IpAddr),
    /// Who sent it may do something else.
    NotCovered {
        /// The name of the token.
        who: String,
        /// Its id.
        token: Option<String>,
    },
}

impl Refusal {
    /// A word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::InvalidToken(_) => "invalid_token",
            Self::NotCovered { .. } => "not_covered",
        }
    }
}

/// Writes down events that go with no change.
pub struct Audit {
    store: Arc<dyn Store>,
    again: Arc<Again>,
}

/// How often the same was refused to the same again, lately.
type Again = Mutex<HashMap<(String, String), u64>>;

impl Audit {
    /// Writes into this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, again: Arc::default() }
    }

    /// Something that the server does itself.
    pub async fn server(&self, what: &str, subject: String, detail: String) {
        let (who, what) = (SERVER.to_owned(), what.to_owned());
        let event = Event { at: Timestamp::now(), who, what, subject, detail, token: None };
        write(&*self.store, &event).await;
    }

    /// Something that somebody does.
    pub async fn done(&self, caller: &Caller, what: &str, subject: &str, detail: String) {
        write(&*self.store, &caller.event(what, subject, detail)).await;
    }

    /// Somebody did not deploy what he wanted to.
    pub async fn deploy_refused(&self, caller: &Caller, package: &str, problem: &Problem) {
        // As it is written in other events, so that it is found with them; a stranger's text.
        let name: String =
            package.split('@').next().unwrap_or_default().chars().take(200).collect();
        let detail = format!("{}: {}", problem.code(), problem.detail());
        self.done(caller, "deploy refused", &name, detail).await;
    }

    /// A request was refused, if this is why. Who has no token is asked for one, which is no
    /// event.
    pub fn refused(&self, problem: &Problem) {
        let (who, token) = match problem.refusal() {
            Some(Refusal::InvalidToken(peer)) => (network(*peer).to_string(), None),
            Some(Refusal::NotCovered { who, token }) => (who.clone(), token.clone()),
            Some(Refusal::NoToken) | None => return,
        };
        self.often("refused", who, token, problem.detail());
    }

    /// Somebody there wanted to log in, and has no valid token.
    pub fn login_refused(&self, peer: IpAddr) {
        let who = network(peer).to_string();
        self.often("login refused", who, None, "the token is unknown, expired or revoked");
    }

    /// What others can make happen as often as they like: it is written down when it happens
    /// first, and once a minute how often it happened again.
    fn often(&self, what: &str, mut who: String, token: Option<String>, detail: &str) {
        let key = {
            let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            let mut key = (what.to_owned(), who);
            if again.len() >= MOST && !again.contains_key(&key) {
                key.1 = OTHERS.to_owned();
            }
            if let Some(count) = again.get_mut(&key) {
                *count += 1;
                return;
            }
            again.insert(key.clone(), 0);
            key
        };
        who = key.1.clone();
        let (what, detail) = (what.to_owned(), detail.to_owned());
        let mut event =
            Event { at: Timestamp::now(), who, what, subject: String::new(), detail, token };
        let (store, again) = (self.store.clone(), self.again.clone());
        tokio::spawn(async move {
            let first = event.detail.clone();
            loop {
                write(&*store, &event).await;
                tokio::time::sleep(AGAIN).await;
                let Some(count) = taken(&again, &key) else { return };
                event.at = Timestamp::now();
                event.detail = format!("{count} times more: {first}");
            }
        });
    }
}

/// How often it happened again; `None`: it did not, and is forgotten.
fn taken(again: &Again, key: &(String, String)) -> Option<u64> {
    let mut again = again.lock().unwrap_or_else(PoisonError::into_inner);
    let count = std::mem::take(again.get_mut(key)?);
    if count == 0 {
        again.remove(key);
    }
    (count > 0).then_some(count)
}

async fn write(store: &dyn Store, event: &Event) {
    if let Err(error) = store.note(event).await {
        tracing::error!(%error, what = event.what, who = event.who, "an event was not kept");
    }
}

#[cfg(test)]
mod tests {
    use ext_definition::code;

    use super::*;
    use crate::store::Sqlite;

    #[tokio::test]
    async fn what_strangers_repeat_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("s.sqlite")).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let audit = Audit::new(store.clone());
        let refused = |refusal: Refusal| {
            audit.refused(&Problem::new(code::NO_TOKEN, "no").refused(refusal));
        };
        let peer = |last: u16| IpAddr::from([0x2001, 0xdb8, last, 0, 0, 0, 0, last]);
        for _ in 0..3 {
            refused(Refusal::InvalidToken(peer(1)));
            refused(Refusal::NoToken);
            refused(Refusal::NotCovered { who: "shop".into(), token: Some("1a".into()) });
            audit.login_refused(peer(1));
        }
        let key = ("refused".to_owned(), "2001:db8:1::".to_owned());
        assert_eq!(audit.again.lock().unwrap().len(), 3);
        assert_eq!(taken(&audit.again, &key), Some(2));
        assert_eq!((taken(&audit.again, &key), taken(&audit.again, &key)), (None, None));
        // As many as there may be, and the rest together.
        for last in 2..1500 {
            audit.login_refused(peer(last));
        }
        assert_eq!(audit.again.lock().unwrap().len(), MOST + 1);
        let others = ("login refused".to_owned(), OTHERS.to_owned());
        assert!(taken(&audit.again, &others) > Some(1000));
        let written = loop {
            let events = store.events(None, 3000).await.unwrap();
            if events.len() == MOST + 2 {
                break events;
            }
            tokio::task::yield_now().await;
        };
        let by = |it: &&Event| it.token.as_deref() == Some("1a");
        assert_eq!(written.iter().filter(by).map(|it| &*it.who).collect::<Vec<_>>(), ["shop"]);
    }
}
