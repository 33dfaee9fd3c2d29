use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    /// It took too long.
    Late(std::time::Duration),
}

fn main() {}
