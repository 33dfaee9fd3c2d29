use std::rc::Rc;

use ext_runtime::prelude::*;

#[ext_action]
fn share(text: Rc<String>) -> Rc<String> {
    text
}

fn main() {}
