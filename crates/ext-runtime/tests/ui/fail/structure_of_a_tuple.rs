use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Pair(pub u32, pub u32);

fn main() {}
