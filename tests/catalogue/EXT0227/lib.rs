use ext_runtime::prelude::*;

/// A former name that is taken.
#[ext_action]
pub fn act(
    first: u8,
    #[ext(renamed_from = "first")]
    second: u8, //~ EXT0227
) -> u8 {
    first + second
}
