//! What can go wrong in an extension, on purpose.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use ext_runtime::prelude::*;

/// Panics.
#[ext_action]
pub fn panics(
    /// What it says.
    message: String,
) {
    panic!("{message}");
}

/// Writes a lot, then panics.
#[ext_action]
pub fn writes_and_panics(
    /// How many lines.
    lines: u32,
    /// What the panic says.
    message: String,
) -> u32 {
    writes(lines);
    panic!("{message}");
}

/// Does what WebAssembly forbids.
#[ext_action]
pub fn aborts() {
    std::process::abort();
}

/// Leaves as a program does.
#[ext_action]
pub fn exits(
    /// The program's exit code.
    code: i32,
) {
    std::process::exit(code);
}

/// Does not come back.
#[ext_action]
pub fn loops_forever() {
    loop {
        black_box(());
    }
}

/// Calls itself until there is no room left.
#[ext_action]
pub fn overflows_stack() -> u64 {
    fn deeper(level: u64) -> u64 {
        if level == u64::MAX {
            return 0;
        }
        let room = black_box([level; 16]);
        deeper(level + 1) + black_box(room)[7]
    }
    deeper(0)
}

/// Writes to standard output and error in turn.
#[ext_action]
pub fn writes(
    /// How many lines to each.
    lines: u32,
) {
    for line in 1..=lines {
        println!("out {line}");
        eprintln!("error {line}");
    }
}

/// How often this was called before, in this instance.
#[ext_action]
pub fn counts() -> u32 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed)
}
