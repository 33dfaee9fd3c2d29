use ext_runtime::prelude::*;

#[ext_action]
fn show(what: Box<dyn std::fmt::Display>) -> String {
    what.to_string()
}

fn main() {}
