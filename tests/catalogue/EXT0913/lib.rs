use ext_runtime::prelude::*;

/// How long?
#[ext_action]
pub fn act(#[ext(max_length = "long")] text: String) { //~ EXT0913
    drop(text);
}
