use ext_runtime::prelude::*;

/// A name that means something else to others.
#[ext_action]
pub fn größe() -> u32 { //~ EXT0201
    1
}
