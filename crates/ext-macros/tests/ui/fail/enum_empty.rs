use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Nothing {}

fn main() {}
