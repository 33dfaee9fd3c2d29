use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub struct Failure {
    pub reason: String,
}

fn main() {}
