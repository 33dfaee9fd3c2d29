use ext_runtime::prelude::*;

#[ext_action]
pub fn add((a, b): (u32, u32)) -> u32 {
    a + b
}

fn main() {}
