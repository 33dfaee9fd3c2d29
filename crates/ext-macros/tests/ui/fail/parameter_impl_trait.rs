use ext_runtime::prelude::*;

#[ext_action]
fn shout(text: impl Into<String>) -> String {
    text.into().to_uppercase()
}

fn main() {}
