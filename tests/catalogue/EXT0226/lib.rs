use ext_runtime::prelude::*;

/// One name in JSON.
#[ext_action]
pub fn act(
    first: u8,
    #[ext(rename = "first")]
    second: u8, //~ EXT0226
) -> u8 {
    first + second
}
