use ext_runtime::prelude::*;

pub struct Shop;

impl Shop {
    #[ext_action]
    fn price(&self, sku: String) -> f64 {
        sku.len() as f64
    }
}

fn main() {}
