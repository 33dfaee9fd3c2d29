use ext_runtime::prelude::*;

#[derive(ExtEnum)]
pub enum Never {}

fn main() {}
