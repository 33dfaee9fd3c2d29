use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Cell {
    Empty,
    Time(std::time::Duration),
}

fn main() {}
