use ext_runtime::prelude::*;

/// An action.
#[ext_action]
pub fn act() {}
