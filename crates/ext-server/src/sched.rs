//! Priorities and times of threads, where the system has them for each.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub use linux::{cpu_time, give_way, own_id};

/// The kernel's number of this thread.
#[cfg(not(target_os = "linux"))]
pub fn own_id() -> i32 {
    0
}

/// Lets a thread run only when no other wants to. It does not go back.
#[cfg(not(target_os = "linux"))]
pub fn give_way(_: i32) {}

/// How long this thread has computed; `None`: nobody counts.
#[cfg(not(target_os = "linux"))]
pub fn cpu_time() -> Option<Duration> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use super::Duration;

    pub fn own_id() -> i32 {
        // SAFETY: it has no parameters, and cannot fail.
        unsafe { libc::gettid() }
    }

    pub fn give_way(id: i32) {
        let parameters = libc::sched_param { sched_priority: 0 };
        // The class for which anybody else's thread is at once more important (sched(7)), and
        // where that is not to be had, the lowest priority.
        // SAFETY: the parameters live until the calls end; numbers of threads that are gone, or
        // zero, which is this thread, are answered by an error or do what is wanted.
        unsafe {
            if libc::sched_setscheduler(id, libc::SCHED_IDLE, &raw const parameters) != 0 {
                libc::setpriority(libc::PRIO_PROCESS, id.unsigned_abs(), 19);
            }
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
