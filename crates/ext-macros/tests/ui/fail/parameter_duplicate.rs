use ext_runtime::prelude::*;

#[ext_action]
fn add(a: u32, a: u32) -> u32 {
    a
}

fn main() {}
