use ext_runtime::prelude::*;

#[ext_action]
pub async fn greet(name: String) -> String {
    name
}

fn main() {}
