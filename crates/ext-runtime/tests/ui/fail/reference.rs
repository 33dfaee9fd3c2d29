use ext_runtime::prelude::*;

#[ext_action]
pub fn greet(name: &str, bytes: &[u8]) -> String {
    format!("{name}{bytes:?}")
}

fn main() {}
