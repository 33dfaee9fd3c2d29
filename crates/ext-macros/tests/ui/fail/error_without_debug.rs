use ext_runtime::prelude::*;

#[derive(ExtError)]
pub enum Failure {
    Late,
}

fn main() {}
