use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line {
    #[ext(lenght = 3)]
    pub sku: String,
}

#[ext_action]
pub fn one(#[ext(message = "x")] a: u32) -> u32 {
    a
}

fn main() {}
