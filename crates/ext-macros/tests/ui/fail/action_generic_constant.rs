use ext_runtime::prelude::*;

#[ext_action]
fn repeat<const N: usize>(text: String) -> String {
    text.repeat(N)
}

fn main() {}
