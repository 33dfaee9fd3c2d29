use ext_runtime::prelude::*;

/// One.
#[derive(ExtStructure)]
pub struct Line {
    /// The first.
    pub a: u8,
}

/// And another.
pub mod more {
    use ext_runtime::prelude::*;

    /// Two.
    #[derive(ExtStructure)]
    pub struct Line { //~ EXT0203
        /// The second.
        pub b: u8,
    }
}

/// Takes both.
#[ext_action]
pub fn take(one: Line, two: more::Line) {
    drop((one, two));
}
