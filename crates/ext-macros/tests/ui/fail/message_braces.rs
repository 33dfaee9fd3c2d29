use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "no price list knows {code")]
    UnknownCurrency { code: String },
    #[ext(message = "a brace } too many")]
    Brace,
}

fn main() {}
