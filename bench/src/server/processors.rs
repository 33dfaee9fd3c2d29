//! Which processors threads may use, and before whom. `server` measures on Linux; elsewhere nothing
//! of this is to be had.

#[cfg(target_os = "linux")]
pub use linux::{all, go_before_others, keep_on};

/// Those that this thread may use.
#[cfg(not(target_os = "linux"))]
pub fn all() -> Vec<usize> {
    Vec::new()
}

/// Keeps this thread, and what it starts from now on, on these; whether that is allowed.
#[cfg(not(target_os = "linux"))]
pub fn keep_on(_: &[usize]) -> bool {
    false
}

/// Makes this thread more important than any that is not of real time; whether that is allowed.
#[cfg(not(target_os = "linux"))]
pub fn go_before_others() -> bool {
    false
}

/// Does something on these; what it starts stays there.
pub fn on<T>(processors: &[usize], work: impl FnOnce() -> T) -> T {
    let before = all();
    keep_on(processors);
    let done = work();
    keep_on(&before);
    done
}

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::zeroed;

    pub fn all() -> Vec<usize> {
        // SAFETY: a set of bits, which the call fills; it lives until that ends.
        let (set, failed) = unsafe {
            let mut set: libc::cpu_set_t = zeroed();
            let failed = libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) != 0;
            (set, failed)
        };
        let bits = 0..8 * size_of_val(&set);
        // SAFETY: none is beyond the set.
        bits.filter(|it| !failed && unsafe { libc::CPU_ISSET(*it, &set) }).collect()
    }

    pub fn keep_on(processors: &[usize]) -> bool {
        // SAFETY: a set of bits that lives until the call ends; none is beyond it that was in one.
        unsafe {
            let mut set: libc::cpu_set_t = zeroed();
            for processor in processors {
                libc::CPU_SET(*processor, &mut set);
            }
            libc::sched_setaffinity(0, size_of_val(&set), &raw const set) == 0
        }
    }

    /// See sched(7), `SCHED_FIFO`.
    pub fn go_before_others() -> bool {
        // SAFETY: numbers only, which live until the call ends.
        unsafe {
            let mut parameters: libc::sched_param = zeroed();
            parameters.sched_priority = libc::sched_get_priority_max(libc::SCHED_FIFO);
            libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) == 0
        }
    }
}
