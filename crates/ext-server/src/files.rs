//! How many files, connections among them, this process may have open.

/// As many as the system lets it have, up to what a server needs at most; the lower limit that
/// shells start programs with is raised to that. `None`: the system has no such limit.
#[cfg(unix)]
pub fn most() -> Option<usize> {
    // Two for each connection, and some for packages, the database and requests of extensions;
    // macOS allows no more (`OPEN_MAX`).
    const WANTED: libc::rlim_t = 10_240;

    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit lives until the call ends, which writes it.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return None;
    }
    let raised = libc::rlimit { rlim_cur: WANTED.min(limit.rlim_max), ..limit };
    if raised.rlim_cur > limit.rlim_cur {
        // SAFETY: the limit lives until the call ends.
        let failed = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } != 0;
        if !failed {
            limit = raised;
        }
    }
    Some(usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}

/// No limit.
#[cfg(not(unix))]
pub fn most() -> Option<usize> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_lower_limit_is_raised() {
        let before = most().unwrap();
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the limit lives until each call ends. 256 files are enough for tests.
        let lowered = unsafe {
            libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && {
                limit.rlim_cur = 256.min(limit.rlim_max);
                libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) == 0
            }
        };
        assert!(lowered);
        // It may have been higher than what is needed.
        assert_eq!(most(), Some(before.min(10_240)));
    }
}
