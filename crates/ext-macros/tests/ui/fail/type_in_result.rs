use ext_runtime::prelude::*;

#[ext_action]
fn uptime() -> std::time::Duration {
    std::time::Duration::ZERO
}

fn main() {}
