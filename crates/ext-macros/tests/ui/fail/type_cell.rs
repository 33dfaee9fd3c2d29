use std::cell::RefCell;

use ext_runtime::prelude::*;

#[ext_action]
fn share(text: RefCell<String>) -> RefCell<String> {
    text
}

fn main() {}
