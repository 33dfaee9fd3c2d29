use ext_runtime::prelude::*;

#[ext_action]
fn laps(times: Vec<std::time::Duration>, pause: Option<std::time::Duration>) -> u32 {
    times.len() as u32 + u32::from(pause.is_some())
}

fn main() {}
