use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Size {
    #[ext(message = "it is small")]
    Small,
    Large,
}

#[derive(ExtStructure)]
pub struct Line {
    #[ext(message = "too long")]
    pub sku: String,
}

fn main() {}
