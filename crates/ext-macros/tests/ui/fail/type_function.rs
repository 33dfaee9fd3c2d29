use ext_runtime::prelude::*;

#[ext_action]
fn apply(to: u32, f: fn(u32) -> u32) -> u32 {
    f(to)
}

fn main() {}
