use ext_runtime::prelude::*;

#[ext_action]
fn count(text: &str, bytes: &[u8], order: &mut Vec<u32>, nested: Option<&str>) -> u64 {
    (text.len() + bytes.len() + order.len() + nested.map_or(0, str::len)) as u64
}

fn main() {}
