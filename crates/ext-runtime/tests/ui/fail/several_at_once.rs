use ext_runtime::prelude::*;

#[ext_action]
pub async fn mix<T>(a: &str, (b, c): (u32, u32), d: *const u8) -> &'static str {
    ""
}

fn main() {}
