use std::collections::{BTreeMap, HashMap};

use ext_runtime::prelude::*;

#[ext_action]
fn count(stock: HashMap<u32, String>) -> BTreeMap<char, u32> {
    drop(stock);
    BTreeMap::new()
}

fn main() {}
