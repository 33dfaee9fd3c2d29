use ext_runtime::prelude::*;

#[ext_action]
fn wait(how_long: std::time::Duration) {
    std::thread::sleep(how_long);
}

fn main() {}
