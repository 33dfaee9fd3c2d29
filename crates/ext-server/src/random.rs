//! Random numbers for ids: the system's, asked for many at a time. Secrets are asked for one by
//! one, where they are made.

use std::cell::RefCell;

thread_local! {
    /// Bytes, and how many of them are used up.
    static BYTES: RefCell<([u8; 1024], usize)> = const { RefCell::new(([0; 1024], 1024)) };
}

/// So many random bytes. Without the system's they are what they were: ids tell less then, and
/// nothing fails.
pub fn random<const N: usize>() -> [u8; N] {
    BYTES.with_borrow_mut(|(bytes, used)| {
        if bytes.len() - *used < N {
            let _ = getrandom::fill(bytes);
            *used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&bytes[*used..*used + N]);
        *used += N;
        taken
    })
}
