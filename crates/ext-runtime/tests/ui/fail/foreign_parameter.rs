use ext_runtime::prelude::*;

#[ext_action]
pub fn wait(time: std::time::Duration) {
    drop(time);
}

fn main() {}
