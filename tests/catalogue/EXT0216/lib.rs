use ext_runtime::prelude::*;

/// A smallest text.
#[ext_action]
pub fn act(
    #[ext(min = 3)]
    text: String, //~ EXT0216
) {
    drop(text);
}
