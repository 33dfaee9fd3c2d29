use ext_runtime::prelude::*;

#[ext_action(name = "x")]
pub fn one() -> u32 {
    1
}

fn main() {}
