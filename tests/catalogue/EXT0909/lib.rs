use ext_runtime::prelude::*;

/// Without names.
#[derive(ExtStructure)]
pub struct Pair(pub u8, pub u8); //~ EXT0909

/// Takes it.
#[ext_action]
pub fn act(pair: Pair) {
    drop(pair);
}
