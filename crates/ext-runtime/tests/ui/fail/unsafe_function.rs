use ext_runtime::prelude::*;

#[ext_action]
pub unsafe fn greet(name: String) -> String {
    name
}

fn main() {}
