use ext_runtime::prelude::*;

/// Names that are one in WIT.
#[ext_action]
pub fn take(
    line_a: u8,
    #[allow(non_snake_case)] lineA: u8, //~ EXT0205
) -> u8 {
    line_a + lineA
}
