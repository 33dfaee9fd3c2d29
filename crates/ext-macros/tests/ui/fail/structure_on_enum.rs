use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub enum Size {
    Small,
    Large,
}

fn main() {}
