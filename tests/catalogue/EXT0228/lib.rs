use ext_runtime::prelude::*;

/// Nobody takes it.
#[derive(ExtStructure)]
pub struct Lonely { //~ EXT0228
    /// A number.
    pub a: u8,
}

/// An action.
#[ext_action]
pub fn act() {}
