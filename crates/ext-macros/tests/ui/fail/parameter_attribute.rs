use ext_runtime::prelude::*;

#[ext_action]
fn greet(#[ext(optional)] name: String) -> String {
    name
}

fn main() {}
