use ext_runtime::prelude::*;

#[derive(ExtStructure)]
#[ext(rename = "Line")]
pub struct OrderLine {
    #[ext(max_length = 40)]
    pub sku: String,
}

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(text = "too late")]
    Late,
}

#[ext_action]
#[ext(hidden)]
fn price() -> f64 {
    1.0
}

fn main() {}
