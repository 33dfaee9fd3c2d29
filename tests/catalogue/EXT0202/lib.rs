use ext_runtime::prelude::*;

/// One.
#[ext_action]
pub fn price() -> u32 {
    1
}

/// And another.
pub mod more {
    use ext_runtime::prelude::*;

    /// Two.
    #[ext_action]
    pub fn price() -> u32 { //~ EXT0202
        2
    }
}
