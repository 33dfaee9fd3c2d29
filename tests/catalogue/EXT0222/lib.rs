use ext_runtime::prelude::*;

/// Three names for two.
#[ext_action(outputs("net", "tax", "gross"))]
pub fn act() -> (u32, u32) { //~ EXT0222
    (1, 2)
}
