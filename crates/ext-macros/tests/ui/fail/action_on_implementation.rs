use ext_runtime::prelude::*;

pub struct Shop;

#[ext_action]
impl Shop {
    pub fn price(&self) -> f64 {
        1.0
    }
}

fn main() {}
