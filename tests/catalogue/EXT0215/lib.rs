use ext_runtime::prelude::*;

#[ext_action]
pub fn act() {} //~ EXT0215
