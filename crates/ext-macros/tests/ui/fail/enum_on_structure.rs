use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub struct Size {
    pub centimetres: u32,
}

fn main() {}
