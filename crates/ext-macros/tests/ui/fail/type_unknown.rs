use ext_runtime::prelude::*;

#[ext_action]
fn price(lines: Vec<Lime>) -> f64 {
    lines.len() as f64
}

fn main() {}
