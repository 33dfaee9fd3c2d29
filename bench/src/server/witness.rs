//! When the machine kept a processor from all work.
//!
//! A virtual machine's processors are taken away for milliseconds, as a hypervisor sees fit, some
//! times in a second. What it says of that (`steal` in proc_stat(5)) comes in steps of 10 ms and
//! does not say when. So a thread on each processor, which goes before all others, wakes up again
//! and again and looks how late it is (as cyclictest(8) does): it waits for nothing but the
//! machine.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use super::processors::{all, go_before_others, keep_on};
use crate::{Failure, Result};

/// How often is looked.
const STEP: Duration = Duration::from_micros(250);

/// Who wakes up so much too late was kept from it.
const LATE: Duration = Duration::from_micros(300);

/// How long after it there are more requests in hand than there would be.
const AFTER: Duration = Duration::from_millis(10);

/// The times in which a processor was away.
pub struct Away(Vec<Range<Instant>>);

impl Away {
    /// How often it was.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether what was done from then to then may have waited for it.
    pub fn concerns(&self, done: &Range<Instant>) -> bool {
        self.0.iter().any(|it| it.start <= done.end && done.start <= it.end + AFTER)
    }
}

/// Looks while something is done. `None`: this process may not have threads that go before all
/// others, so that nothing can be told.
pub fn watch<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Option<Away>)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let over = &over;
        let one = |processor| scope.spawn(move || look(processor, over));
        let threads: Vec<_> = all().into_iter().map(one).collect();
        let done = {
            let _over = Ends(over);
            work()?
        };
        let mut away = (!threads.is_empty()).then(Vec::new);
        for thread in threads {
            let seen = thread.join().map_err(|_| Failure("a thread panicked".into()))?;
            away = away.zip(seen).map(|(all, seen)| [all, seen].concat());
        }
        Ok((done, away.map(Away)))
    })
}

/// Ends the threads, in any case.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Looks on one processor.
fn look(processor: usize, over: &AtomicBool) -> Option<Vec<Range<Instant>>> {
    if !keep_on(&[processor]) || !go_before_others() {
        return None;
    }
    let mut away = Vec::new();
    while !over.load(Relaxed) {
        let began = Instant::now();
        thread::sleep(STEP);
        let now = Instant::now();
        if now - began >= STEP + LATE {
            away.push(began..now);
        }
    }
    Some(away)
}
