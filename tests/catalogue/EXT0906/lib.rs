use ext_runtime::prelude::*;

/// Not in every build.
#[ext_action]
pub fn act(#[cfg(debug_assertions)] level: u8) { //~ EXT0906
    #[cfg(debug_assertions)]
    let _ = level;
}
