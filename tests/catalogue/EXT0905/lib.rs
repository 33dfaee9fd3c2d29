use ext_runtime::prelude::*;

/// Taken apart.
#[ext_action]
pub fn act((a, b): (u8, u8)) -> u8 { //~ EXT0905
    a + b
}
