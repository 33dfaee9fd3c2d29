use ext_runtime::prelude::*;

pub struct Line;

#[ext_action]
pub fn price(lines: Vec<Line>) -> u32 {
    lines.len() as u32
}

fn main() {}
