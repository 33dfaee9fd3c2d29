use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line<const N: usize> {
    pub quantity: u32,
}

fn main() {}
