//! How many calls run at once, and how many wait: who comes when both are full is told so at
//! once, instead of waiting for an answer that comes too late.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest that a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The gate of a deployment, or of the server.
#[derive(Debug)]
pub struct Gate {
    running: Arc<Semaphore>,
    /// How many may run.
    width: usize,
    waiting: AtomicUsize,
    /// How many may wait.
    queue: usize,
}

/// The right to run; given back when dropped.
pub type Permit = OwnedSemaphorePermit;

impl Gate {
    /// A gate that lets so many through at a time, while so many wait.
    pub fn new(width: usize, queue: usize) -> Self {
        let width = width.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            running: Arc::new(Semaphore::new(width)),
            width,
            waiting: AtomicUsize::new(0),
            queue,
        }
    }

    /// Waits for a turn; `None` when too many wait already, or it took too long.
    pub async fn enter(&self) -> Option<Permit> {
        if let Some(permit) = self.try_enter() {
            return Some(permit);
        }
        // Counted down wherever the wait ends, also when whoever waits goes away.
        let _waiting = Waiting::new(&self.waiting, self.queue)?;
        tokio::time::timeout(PATIENCE, self.running.clone().acquire_owned()).await.ok()?.ok()
    }

    /// A turn, if there is one at once.
    pub fn try_enter(&self) -> Option<Permit> {
        self.running.clone().try_acquire_owned().ok()
    }

    /// How many run.
    pub fn running(&self) -> usize {
        self.width - self.running.available_permits()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        let waiting = Self(count);
        // Counted before it is compared: of two that come at once only one has room.
        match count.fetch_add(1, Ordering::Relaxed) < most {
            true => Some(waiting),
            false => None,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_has_no_room_is_told_at_once() {
        let gate = Arc::new(Gate::new(1, 1));
        let first = gate.enter().await.unwrap();
        let second = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter().await }
        });
        tokio::task::yield_now().await;
        assert_eq!((gate.running(), gate.waiting()), (1, 1));
        assert!(gate.enter().await.is_none());
        assert_eq!(gate.waiting(), 1);
        drop(first);
        assert!(second.await.unwrap().is_some());
        assert_eq!((gate.running(), gate.waiting()), (0, 0));
        // Nobody waits for ever.
        let _first = gate.enter().await.unwrap();
        assert!(gate.enter().await.is_none());
        assert_eq!(gate.waiting(), 0);
    }
}
