use ext_runtime::prelude::*;

#[ext_action]
pub fn name() -> &'static str {
    "x"
}

fn main() {}
