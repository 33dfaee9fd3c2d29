use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub union Bits {
    pub whole: u32,
    pub half: u16,
}

fn main() {}
