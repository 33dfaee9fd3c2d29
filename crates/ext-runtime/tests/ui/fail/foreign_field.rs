use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line {
    pub sku: String,
    pub time: std::time::Duration,
}

fn main() {}
