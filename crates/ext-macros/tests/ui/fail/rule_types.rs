use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Color {
    Red,
    Green,
}

#[derive(ExtStructure)]
pub struct Line {
    #[ext(default = 1)]
    pub sku: String,
    #[ext(default = "one")]
    pub quantity: u32,
    #[ext(default = 256)]
    pub small: u8,
    #[ext(default = Color::Blue)]
    pub color: Color,
    #[ext(example = "Red")]
    pub other_color: Color,
    #[ext(min = 1)]
    pub name: String,
    #[ext(max_length = 3)]
    pub count: i64,
    #[ext(pattern = "a+")]
    pub letters: Vec<String>,
    #[ext(decimals = 2)]
    pub whole: i32,
    #[ext(default = true)]
    pub list: Vec<u16>,
    #[ext(default = 'x')]
    pub flag: bool,
    #[ext(default = 1.5)]
    pub letter: char,
}

#[ext_action]
fn price(#[ext(default = -1)] count: Option<u32>, #[ext(max = "x")] factor: f64) -> f64 {
    f64::from(count.unwrap_or(1)) * factor
}

fn main() {}
