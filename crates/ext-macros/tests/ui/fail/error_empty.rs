use ext_runtime::prelude::*;

#[derive(Debug, ExtError)]
pub enum Never {}

fn main() {}
