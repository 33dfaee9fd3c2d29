use ext_runtime::prelude::*;

/// Borrowed.
#[ext_action]
pub fn act(text: &str) -> usize { //~ EXT0907
    text.len()
}
