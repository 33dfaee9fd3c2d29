use ext_runtime::prelude::*;

#[ext_action]
fn first<'a>(text: &'a str) -> &'a str {
    text
}

fn main() {}
