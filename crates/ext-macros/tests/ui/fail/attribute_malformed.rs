use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext]
    Late,
    #[ext(message)]
    Early,
    #[ext(message = 3)]
    Never,
    #[ext(message = "one", message = "two")]
    Twice,
}

fn main() {}
