use ext_runtime::prelude::*;

#[ext_action]
fn greeting() -> &'static str {
    "Hello!"
}

#[ext_action]
fn greetings() -> Vec<&'static str> {
    vec!["Hello!"]
}

fn main() {}
