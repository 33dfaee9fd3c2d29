use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Point(pub f64, pub f64);

fn main() {}
