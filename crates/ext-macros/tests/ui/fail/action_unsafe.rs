use ext_runtime::prelude::*;

#[ext_action]
unsafe fn peek(address: u32) -> u8 {
    unsafe { *(address as usize as *const u8) }
}

fn main() {}
