use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub enum Kind {
    One,
}

fn main() {}
