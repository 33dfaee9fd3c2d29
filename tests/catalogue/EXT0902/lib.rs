use ext_runtime::prelude::*;

/// Later.
#[ext_action]
pub async fn act() {} //~ EXT0902
