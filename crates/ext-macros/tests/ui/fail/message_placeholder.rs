use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "no price list knows {currency}")]
    UnknownCurrency { code: String, r#type: u8 },
    #[ext(message = "no price list knows {1:?}")]
    UnknownArticle(String),
    #[ext(message = "the list {0} is closed")]
    Closed,
    #[ext(message = "the list {} is closed")]
    Open(String),
}

fn main() {}
