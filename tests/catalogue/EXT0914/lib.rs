use ext_runtime::prelude::*;

/// Two fields.
#[derive(ExtStructure)]
#[ext(transparent)]
pub struct Pair { //~ EXT0914
    /// One.
    pub a: u8,
    /// Two.
    pub b: u8,
}

/// Takes it.
#[ext_action]
pub fn act(pair: Pair) {
    drop(pair);
}
