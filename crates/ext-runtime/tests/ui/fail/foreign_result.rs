use ext_runtime::prelude::*;

#[ext_action]
pub fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn main() {}
