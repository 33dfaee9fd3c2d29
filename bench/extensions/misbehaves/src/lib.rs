//! Actions that harm whoever runs them, if they can.

use std::io::Write;

use ext_runtime::prelude::*;

/// Computes until it is ended.
#[ext_action]
pub fn spin() {
    let mut number = 1_u64;
    while std::hint::black_box(number) != 0 {
        number = number.wrapping_mul(6_364_136_223_846_793_005) | 1;
    }
}

/// Takes and touches memory until there is no more.
#[ext_action]
pub fn allocate() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![1; 1 << 20]);
        std::hint::black_box(&mut all);
    }
}

/// Writes until it is ended.
#[ext_action]
pub fn flood() {
    let line = [b'x'; 4096];
    loop {
        let _ = std::io::stdout().write_all(&line);
    }
}
