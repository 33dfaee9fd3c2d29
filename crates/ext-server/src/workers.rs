//! The threads that run extensions.
//!
//! Calls are synchronous, so each has a thread while it runs. A call that computes for long
//! gives way to those that do not: its thread goes down to where it runs only when no other
//! wants to, and ends with the call, because a thread may not go up again. What computed for
//! long last time begins there. So an extension that computes without end costs the others
//! nearly nothing, on however many threads.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::sched::{cpu_time, give_way, own_id};

/// From then on a call counts as long.
const LONG: Duration = Duration::from_millis(5);

/// How often is looked for long calls, while there are any.
const LOOK: Duration = Duration::from_millis(2);

/// And while there are none.
const REST: Duration = Duration::from_millis(10);

/// How long a thread without work is kept.
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// The threads; they end when the last clone is gone.
#[derive(Clone)]
pub struct Workers {
    normal: Arc<Pool>,
    /// Those that give way from the beginning.
    low: Arc<Pool>,
}

/// Whether the calls of a deployment compute for long, as the last one did.
#[derive(Default)]
pub struct Habit(AtomicBool);

struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    runtime: Handle,
    started: Instant,
    gives_way: bool,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    idle: usize,
    closed: bool,
    threads: Vec<Arc<Thread>>,
}

/// What is known of a thread.
#[derive(Default)]
struct Thread {
    /// The kernel's number of it.
    id: AtomicI32,
    /// When its job began, in microseconds since the pool did, plus one; 0: it has none.
    since: AtomicU64,
    /// Whether it gives way.
    slow: AtomicBool,
}

impl Workers {
    /// Threads in the runtime's context.
    pub fn new(runtime: Handle) -> Self {
        let pool = |gives_way| {
            let shared = Arc::new(Shared {
                state: Mutex::default(),
                wake: Condvar::new(),
                runtime: runtime.clone(),
                started: Instant::now(),
                gives_way,
            });
            Arc::new(Pool { shared })
        };
        let (normal, low) = (pool(false), pool(true));
        let watched = Arc::downgrade(&normal.shared);
        // Without it nothing gives way, and everything else goes on.
        let _ = std::thread::Builder::new().name("ext-watch".into()).spawn(move || {
            while let Some(shared) = watched.upgrade() {
                let busy = shared.demote();
                drop(shared);
                std::thread::sleep(if busy { LOOK } else { REST });
            }
        });
        Self { normal, low }
    }

    /// Runs a job on a thread. How many there are at once is for the caller to bound.
    ///
    /// # Errors
    /// When the system gives no more threads, and none is free.
    pub fn run(&self, habit: &Habit, job: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let pool = if habit.0.load(Ordering::Relaxed) { &self.low } else { &self.normal };
        let shared = &pool.shared;
        let mut state = shared.lock();
        state.jobs.push_back(Box::new(job));
        if state.jobs.len() <= state.idle {
            drop(state);
            shared.wake.notify_one();
            return Ok(());
        }
        let thread = Arc::new(Thread::default());
        state.threads.push(thread.clone());
        let (pool, started) = (shared.clone(), thread.clone());
        let spawned =
            std::thread::Builder::new().name("ext-call".into()).spawn(move || pool.work(&started));
        match spawned {
            Ok(_) => Ok(()),
            Err(error) => {
                state.threads.retain(|it| !Arc::ptr_eq(it, &thread));
                // Some other thread takes it when it is done.
                match state.threads.is_empty() {
                    false => Ok(()),
                    true => {
                        state.jobs.pop_back();
                        Err(error)
                    }
                }
            }
        }
    }
}

impl Habit {
    /// Runs what a call computes, and takes down how long that was.
    pub fn of<T>(&self, call: impl FnOnce() -> T) -> T {
        let before = cpu_time();
        let result = call();
        if let (Some(before), Some(after)) = (before, cpu_time()) {
            self.0.store(after.saturating_sub(before) > LONG, Ordering::Relaxed);
        }
        result
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, thread: &Arc<Thread>) {
        let _context = self.runtime.enter();
        thread.id.store(own_id(), Ordering::Relaxed);
        if self.gives_way {
            give_way(own_id());
        }
        while let Some(job) = self.next() {
            let since = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX - 1);
            thread.since.store(since + 1, Ordering::Release);
            // The host does not panic; should it, only this call is lost.
            let _ = catch_unwind(AssertUnwindSafe(job));
            thread.since.store(0, Ordering::Release);
            if thread.slow.load(Ordering::Acquire) && !self.needed() {
                break;
            }
        }
        self.lock().threads.retain(|it| !Arc::ptr_eq(it, thread));
    }

    /// Whether a job waits for whichever thread comes: there was none to be had for it.
    fn needed(&self) -> bool {
        let state = self.lock();
        state.jobs.len() > state.idle
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            let (back, waited) =
                self.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = back;
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                return None;
            }
        }
    }

    /// Lowers the priority of threads whose calls are long; whether there are any calls.
    fn demote(&self) -> bool {
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let long = u64::try_from(LONG.as_micros()).unwrap_or(u64::MAX);
        let mut busy = false;
        for thread in &self.lock().threads {
            let since = thread.since.load(Ordering::Acquire);
            busy |= since != 0;
            if since != 0 && now.saturating_sub(since - 1) > long {
                // Said before it is done: a thread that ends its job in between ends itself too.
                if !thread.slow.swap(true, Ordering::AcqRel) {
                    give_way(thread.id.load(Ordering::Relaxed));
                }
            }
        }
        busy
    }
}
