use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Nothing {}

#[derive(ExtStructure)]
pub struct Unit;

fn main() {}
