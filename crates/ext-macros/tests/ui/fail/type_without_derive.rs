use ext_runtime::prelude::*;

pub struct Line {
    pub sku: String,
}

#[ext_action]
fn price(lines: Vec<Line>) -> f64 {
    lines.len() as f64
}

#[derive(ExtStructure)]
pub struct Order {
    pub lines: Vec<Line>,
}

fn main() {}
