use ext_runtime::prelude::*;

/// An example that is too large.
#[ext_action]
pub fn act(
    #[ext(example = 12, max = 10)]
    number: u8, //~ EXT0220
) -> u8 {
    number
}
