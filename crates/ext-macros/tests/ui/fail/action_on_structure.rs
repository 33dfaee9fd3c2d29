use ext_runtime::prelude::*;

#[ext_action]
pub struct Order {
    pub sku: String,
}

fn main() {}
