//! The machine that this runs on.

/// Bytes of memory where nobody says how many there are.
const UNKNOWN: usize = 4 << 30;

/// How many threads it runs at once.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How much memory this process may have, in bytes: all of the machine's, or what its control group
/// is given (Linux, "Control Group v2", `memory.max`).
pub fn memory() -> usize {
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|it| it.trim().parse().ok()).unwrap_or(usize::MAX);
    physical().unwrap_or(UNKNOWN).min(group)
}

#[cfg(unix)]
fn physical() -> Option<usize> {
    // SAFETY: it takes a number and gives one.
    let of = |name| usize::try_from(unsafe { libc::sysconf(name) }).ok();
    of(libc::_SC_PHYS_PAGES)?.checked_mul(of(libc::_SC_PAGESIZE)?)
}

#[cfg(not(unix))]
fn physical() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_is_some() {
        let memory = super::memory();
        assert!(memory >= 64 << 20, "{memory}");
    }
}
