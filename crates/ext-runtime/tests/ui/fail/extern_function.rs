use ext_runtime::prelude::*;

#[ext_action]
pub extern "C" fn one() -> u32 {
    1
}

fn main() {}
