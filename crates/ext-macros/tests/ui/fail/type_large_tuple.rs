use ext_runtime::prelude::*;

#[ext_action]
fn wide() -> (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) {
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

fn main() {}
