use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "no {1}")]
    Missing(String),
    #[ext(message = "at {place}")]
    Lost { time: u32 },
    #[ext(message = "open {0")]
    Open(u32),
}

fn main() {}
