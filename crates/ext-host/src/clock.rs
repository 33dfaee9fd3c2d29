//! The time of calls, counted in ticks of the engine's epoch.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use wasmtime_wasi::p2::Pollable;

/// How often running calls look at the clock.
pub const TICK: Duration = Duration::from_millis(10);

/// Counts the ticks of one engine.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// Counts one more: after the engine's epoch, never before.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    /// A count at which the engine's epoch is surely `ticks` further than now.
    #[inline]
    pub fn after(&self, ticks: u64) -> u64 {
        self.0.load(Ordering::Relaxed).saturating_add(ticks).saturating_add(1)
    }
}

impl Clock {
    /// Waits until the count is there.
    #[cfg(feature = "http")]
    pub async fn reaches(self, count: u64) {
        while self.0.load(Ordering::Acquire) < count {
            tokio::time::sleep(TICK).await;
        }
    }
}

/// A sleeper of an instance. An instance that sleeps does not see its deadline: so this one
/// wakes up when the deadline has passed, and the instance is ended at its next step.
pub struct Sleep {
    /// `None`: never.
    pub until: Option<Instant>,
    /// A count of `clock`.
    pub deadline: u64,
    pub clock: Clock,
}

// What `#[async_trait]` makes of `async fn ready(&mut self)`.
impl Pollable for Sleep {
    fn ready<'a, 'b>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            loop {
                let next = Instant::now() + TICK;
                match self.until {
                    Some(until) if until <= next => return tokio::time::sleep_until(until).await,
                    _ if self.clock.0.load(Ordering::Acquire) >= self.deadline => return,
                    _ => tokio::time::sleep_until(next).await,
                }
            }
        })
    }
}
