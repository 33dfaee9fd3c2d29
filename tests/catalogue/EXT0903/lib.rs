use ext_runtime::prelude::*;

/// Anything.
#[ext_action]
pub fn act<T>(value: T) { //~ EXT0903
    drop(value);
}
