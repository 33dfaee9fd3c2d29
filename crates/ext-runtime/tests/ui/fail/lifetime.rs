use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line<'a> {
    pub sku: &'a str,
}

fn main() {}
