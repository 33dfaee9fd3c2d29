use ext_runtime::prelude::*;

#[ext_action]
pub fn same<T>(value: T) -> T {
    value
}

fn main() {}
