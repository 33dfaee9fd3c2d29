use ext_runtime::prelude::*;

#[ext_action]
pub fn address(value: *const u8) -> bool {
    value.is_null()
}

fn main() {}
