use std::collections::{BTreeMap, HashMap};

use ext_runtime::prelude::*;

/// A place.
#[derive(PartialEq, Eq, Hash, ExtStructure)]
pub struct Place {
    /// Where.
    pub name: String,
}

#[ext_action]
fn count(stock: HashMap<Place, String>) -> BTreeMap<bool, u32> {
    drop(stock);
    BTreeMap::new()
}

fn main() {}
