//! Priorities and times of threads, where the system has them for each.

use std::cell::Cell;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use linux::cpu_time;
#[cfg(target_os = "linux")]
pub use linux::{give_way, step_back};

/// Lets this thread run only when no other wants to. It does not go back.
#[cfg(not(target_os = "linux"))]
pub fn give_way() {}

/// Lets others go at once, on a thread that gives way.
///
/// Whoever wakes up interrupts such a thread. But Linux also goes by what each computed lately: a
/// thread that was interrupted itself, by a third one, may then find the unimportant one in its
/// place, and the system looks at that again at its next tick only, in 1 to 10 ms.
pub fn let_others_go() {
    std::thread::yield_now();
}

/// Lets others go before this thread, and the threads that it starts, without ever being kept
/// from its work.
#[cfg(not(target_os = "linux"))]
pub fn step_back() {}

/// How long this thread has computed; `None`: nobody counts.
#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Option<Duration> {
    None
}

/// From then on a thread's time is read again, rather than taken to be what it was.
pub const STALE: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread's time was read last, and what it was.
    static READ: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// The beginning of something that computes on this thread.
pub struct Beginning {
    at: Instant,
    /// What this thread had computed, at most [`STALE`] ago.
    computed: Option<Duration>,
}

impl Beginning {
    /// Here and now.
    pub fn now() -> Self {
        let at = Instant::now();
        let recent = READ.get().filter(|(then, _)| at.duration_since(*then) < STALE);
        let computed = recent.map(|(_, computed)| computed).or_else(|| {
            let computed = cpu_time()?;
            READ.set(Some((at, computed)));
            Some(computed)
        });
        Self { at, computed }
    }

    /// How long was computed since: no more than by the clock. Whether a thread was kept waiting
    /// for a processor is asked the system, which takes as long as a small call, only where it
    /// took longer than this.
    pub fn computed(&self, closely_from: Duration) -> Duration {
        let took = self.at.elapsed();
        if took <= closely_from {
            return took;
        }
        match (self.computed, cpu_time()) {
            (Some(before), Some(after)) => took.min(after.saturating_sub(before)),
            _ => took,
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::Duration;

    /// Priority 0, which all threads have that are none of real time. There are systems where the
    /// structure has more members.
    fn parameters() -> libc::sched_param {
        // SAFETY: it is of numbers only.
        unsafe { std::mem::zeroed() }
    }

    pub fn give_way() {
        let parameters = parameters();
        // The class for which anybody else's thread is at once more important (sched(7)), and
        // where that is not to be had, the lowest priority.
        // SAFETY: the parameters live until the call ends; zero is this thread.
        unsafe {
            if libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters) != 0 {
                libc::setpriority(libc::PRIO_PROCESS, 0, 19);
            }
        }
    }

    pub fn step_back() {
        let parameters = parameters();
        // Interrupts nobody when it has something to do (sched(7), `SCHED_BATCH`), and has about
        // a third of the share of others when all want to run.
        // SAFETY: the parameters live until the call ends; zero is this thread.
        unsafe {
            libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters);
            libc::setpriority(libc::PRIO_PROCESS, 0, 5);
        }
    }

    pub fn cpu_time() -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the time lives until the call ends, which writes it.
        let failed =
            unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) } != 0;
        let (seconds, nanos) =
            (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
        (!failed).then(|| Duration::new(seconds, nanos))
    }
}
