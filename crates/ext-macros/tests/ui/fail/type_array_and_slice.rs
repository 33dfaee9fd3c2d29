use ext_runtime::prelude::*;

#[ext_action]
fn rotate(point: [f64; 3], rest: Box<[u8]>, name: Box<str>) -> f64 {
    drop((rest, name));
    point[0]
}

fn main() {}
