use ext_runtime::prelude::*;

/// No number is large and small.
#[ext_action]
pub fn act(
    #[ext(min = 3, max = 2)]
    number: u8, //~ EXT0217
) -> u8 {
    number
}
