//! Maps from text: lists of key and value at the boundary, objects in JSON.

use std::collections::{BTreeMap, HashMap};

use crate::structures::Line;

echoes! {
    /// In no order.
    echo_hash_map: HashMap<String, u32>;
    /// By key.
    echo_tree_map: BTreeMap<String, f64>;
    /// Text to text.
    echo_labels: HashMap<String, String>;
    /// Structures by key.
    echo_line_map: BTreeMap<String, Line>;
    /// Maps in a map.
    echo_nested_map: BTreeMap<String, HashMap<String, Vec<u8>>>;
    /// Maps in a list, with values that may be missing.
    echo_maps: Vec<BTreeMap<String, Option<bool>>>;
}
