use ext_runtime::prelude::*;

/// A word that is none.
#[ext_action(colour = "red")] //~ EXT0910
pub fn act() {}
