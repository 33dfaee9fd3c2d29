//! Turns of what takes long, such as compiling: a few at once, and one for each namespace, so that
//! whoever deploys much holds up nobody but himself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedMutexGuard, Semaphore, SemaphorePermit};

/// How many there are at once: each may take as much memory as a package is large.
const PLACES: usize = 4;

/// Who waits for a turn, and who has one.
pub struct Turns {
    places: Semaphore,
    of: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// A turn; the next one has it when it is dropped.
pub struct Turn<'a> {
    // In this order: nobody takes a place while he waits for his own.
    _place: Option<SemaphorePermit<'a>>,
    _own: OwnedMutexGuard<()>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Semaphore::new(PLACES), of: Mutex::default() }
    }
}

impl Turns {
    /// Waits for the turn of a namespace.
    pub async fn enter(&self, namespace: &str) -> Turn<'_> {
        let own = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            of.retain(|_, it| it.strong_count() > 0);
            let found = of.get(namespace).and_then(Weak::upgrade);
            found.unwrap_or_else(|| {
                let new = Arc::default();
                of.insert(namespace.to_owned(), Arc::downgrade(&new));
                new
            })
        };
        let own = own.lock_owned().await;
        // They are never closed.
        Turn { _place: self.places.acquire().await.ok(), _own: own }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_for_each_namespace_and_a_few_at_once() {
        let turns = Turns::default();
        let waits = |namespace: &'static str| {
            tokio::time::timeout(Duration::from_secs(1), turns.enter(namespace))
        };
        let first = turns.enter("a").await;
        assert!(waits("a").await.is_err());
        // Who waits for his own turn takes no place.
        let mut others = vec![waits("b").await.ok().unwrap()];
        others.push(waits("c").await.ok().unwrap());
        others.push(waits("d").await.ok().unwrap());
        assert!(waits("e").await.is_err());
        drop(first);
        let _fifth = waits("e").await.ok().unwrap();
        drop(others);
        assert!(waits("a").await.is_ok());
        assert_eq!(turns.of.lock().unwrap().len(), 2);
    }
}
