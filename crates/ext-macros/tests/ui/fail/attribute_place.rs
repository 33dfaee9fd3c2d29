use ext_runtime::prelude::*;

#[derive(ExtStructure)]
#[ext(min = 1, rename_all = "Title Case")]
pub struct Line {
    #[ext(transparent)]
    pub sku: String,
    #[ext(default = price())]
    pub price: u32,
    #[ext(secret, secret)]
    pub pin: String,
}

#[derive(ExtStructure)]
#[ext(transparent)]
pub struct Pair {
    pub left: u8,
    pub right: u8,
}

#[derive(ExtStructure)]
pub struct Nothing {
    #[ext(skip)]
    pub all: u8,
}

#[derive(ExtStructure)]
#[ext(transparent)]
pub struct Sku(#[ext(max_length = 3)] pub String);

#[derive(ExtEnum)]
pub enum Cell {
    Text(#[ext(max_length = 3)] String),
    Named {
        #[ext(max_length = 3)]
        text: String,
    },
}

#[ext_action(skip)]
fn price() -> u32 {
    1
}

fn main() {}
