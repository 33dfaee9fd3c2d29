use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub struct Line {
    pub sku: String,
}

fn main() {}
