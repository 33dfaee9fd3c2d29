use ext_runtime::prelude::*;

#[ext_action]
mod orders {}

fn main() {}
