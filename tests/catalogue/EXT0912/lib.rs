use ext_runtime::prelude::*;

/// Which one?
#[ext_action(title = "A", title = "B")] //~ EXT0912
pub fn act() {}
