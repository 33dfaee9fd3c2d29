use ext_runtime::prelude::*;

#[ext_action(name = "greeting")]
fn greet(name: String) -> String {
    format!("Hello, {name}!")
}

fn main() {}
