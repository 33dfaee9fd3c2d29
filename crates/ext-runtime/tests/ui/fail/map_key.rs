use ext_runtime::prelude::*;

use std::collections::BTreeMap;

#[ext_action]
pub fn count(by_number: BTreeMap<u32, String>) -> u32 {
    by_number.len() as u32
}

fn main() {}
