use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line<const N: usize> {
    pub quantity: u32,
}

#[ext_action]
fn line(line: Line<3>) -> u32 {
    line.quantity
}

fn main() {}
