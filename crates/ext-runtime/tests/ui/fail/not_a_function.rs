use ext_runtime::prelude::*;

#[ext_action]
pub struct Line {
    pub sku: String,
}

fn main() {}
