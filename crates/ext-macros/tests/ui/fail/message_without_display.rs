use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "missing: {0}")]
    Missing(Vec<String>),
}

fn main() {}
