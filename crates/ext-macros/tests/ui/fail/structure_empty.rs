use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Unit;

#[derive(ExtStructure)]
pub struct Braces {}

#[derive(ExtStructure)]
pub struct Parentheses();

fn main() {}
