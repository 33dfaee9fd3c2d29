use ext_runtime::prelude::*;

/// A number that is a text.
#[ext_action]
pub fn act() -> u8 {
    "one"
}
