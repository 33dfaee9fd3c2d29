use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "no price list knows {currency}")]
    UnknownCurrency { code: String },
    #[ext(message = "no price list knows {1}")]
    UnknownArticle(String),
    #[ext(message = "the list {0} is closed")]
    Closed,
    #[ext(message = "the list {} is closed")]
    Open(String),
    #[ext(message = "the list {0:?} is closed")]
    Half(String),
}

fn main() {}
