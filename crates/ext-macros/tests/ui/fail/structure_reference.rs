use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line {
    pub sku: &'static str,
}

fn main() {}
