use ext_runtime::prelude::*;

/// Nothing.
#[derive(ExtStructure)]
pub struct Nothing {} //~ EXT0908

/// Takes it.
#[ext_action]
pub fn act(nothing: Nothing) {
    drop(nothing);
}
