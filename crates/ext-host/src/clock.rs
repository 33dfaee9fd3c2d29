//! The time of calls, counted in ticks of the engine's epoch.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::Engine;
use wasmtime_wasi::p2::Pollable;

/// How often running calls look at the clock.
pub const TICK: Duration = Duration::from_millis(10);

/// How often those do that take short turns.
const TURN: Duration = Duration::from_micros(250);

/// So many short turns are taken when somebody asks for them: about those of a tick.
const TURNS: u32 = 40;

/// Counts the ticks of one engine. Its epoch goes on with each, and may go faster.
#[derive(Clone, Default)]
pub struct Clock(Arc<Inner>);

#[derive(Default)]
struct Inner {
    count: AtomicU64,
    /// Somebody asks for short turns.
    shortens: AtomicBool,
}

impl Clock {
    /// Starts the one thread of an engine, whatever runs on it; it ends with the engine.
    pub fn start(&self, engine: &Engine) {
        let (clock, engine) = (self.clone(), engine.weak());
        std::thread::spawn(move || {
            let (mut turns, mut next) = (0, std::time::Instant::now());
            while let Some(engine) = engine.upgrade() {
                if clock.0.shortens.swap(false, Ordering::Relaxed) {
                    turns = TURNS;
                }
                let now = std::time::Instant::now();
                if now >= next {
                    // First: a call may look at the count when the epoch says so.
                    clock.0.count.fetch_add(1, Ordering::Release);
                    next = now + TICK;
                }
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(if turns == 0 { TICK } else { TURN });
                turns = turns.saturating_sub(1);
            }
        });
    }

    /// Makes the next turns short.
    pub fn shorten(&self) {
        self.0.shortens.store(true, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.count.load(Ordering::Acquire)
    }

    /// The count when so many whole ticks have passed.
    #[inline]
    pub fn after(&self, ticks: u64) -> u64 {
        self.0.count.load(Ordering::Relaxed).saturating_add(ticks)
    }

    /// How many ticks are left until then.
    pub fn until(&self, count: u64) -> u64 {
        count.saturating_sub(self.now())
    }
}

impl Clock {
    /// Waits until the count is there.
    #[cfg(feature = "http")]
    pub async fn reaches(self, count: u64) {
        while self.now() < count {
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
                    _ if self.clock.now() >= self.deadline => return,
                    _ => tokio::time::sleep_until(next).await,
                }
            }
        })
    }
}
