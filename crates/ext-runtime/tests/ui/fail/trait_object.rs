use ext_runtime::prelude::*;

#[ext_action]
pub fn show(value: Box<dyn std::fmt::Display>) -> String {
    value.to_string()
}

fn main() {}
