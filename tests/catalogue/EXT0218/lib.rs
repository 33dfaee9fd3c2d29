use ext_runtime::prelude::*;

/// An open bracket.
#[ext_action]
pub fn act(
    #[ext(pattern = "[a-z")]
    text: String, //~ EXT0218
) {
    drop(text);
}
