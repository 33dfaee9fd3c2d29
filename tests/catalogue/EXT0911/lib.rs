use ext_runtime::prelude::*;

/// A limit of what?
#[ext_action(max = 3)] //~ EXT0911
pub fn act() {}
