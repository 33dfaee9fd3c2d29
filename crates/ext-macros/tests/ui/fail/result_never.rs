use ext_runtime::prelude::*;

#[ext_action]
fn stop() -> ! {
    std::process::exit(0)
}

fn main() {}
