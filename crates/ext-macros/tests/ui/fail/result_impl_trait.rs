use ext_runtime::prelude::*;

#[ext_action]
fn numbers() -> impl Iterator<Item = u32> {
    0..10
}

fn main() {}
