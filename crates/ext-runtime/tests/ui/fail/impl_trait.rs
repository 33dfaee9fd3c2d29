use ext_runtime::prelude::*;

#[ext_action]
pub fn all(values: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    values
}

fn main() {}
