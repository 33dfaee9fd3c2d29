use ext_runtime::prelude::*;

pub struct Shop;

impl Shop {
    #[ext_action]
    pub fn price(&self, sku: String) -> u32 {
        sku.len() as u32
    }
}

fn main() {}
