use ext_runtime::prelude::*;

#[ext_action]
fn parse(text: String) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

fn main() {}
