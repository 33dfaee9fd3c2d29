use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Limit {
    None,
    Time(std::time::Duration),
    Window { from: std::time::Instant, seconds: u32 },
}

fn main() {}
