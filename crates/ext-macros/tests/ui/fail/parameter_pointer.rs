use ext_runtime::prelude::*;

#[ext_action]
fn peek(address: *const u8) -> bool {
    address.is_null()
}

fn main() {}
