use ext_runtime::prelude::*;

#[ext_action]
fn add(a: usize, b: u128) -> usize {
    a + b as usize
}

fn main() {}
