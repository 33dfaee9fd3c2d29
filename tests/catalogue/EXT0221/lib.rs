use ext_runtime::prelude::*;

/// A function of nothing.
#[ext_action(function)]
pub fn act() {} //~ EXT0221
