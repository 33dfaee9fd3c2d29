use ext_runtime::prelude::*;

#[ext_action]
fn first<T: Clone>(items: Vec<T>) -> Option<T> {
    items.first().cloned()
}

fn main() {}
