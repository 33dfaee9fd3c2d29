use ext_runtime::prelude::*;

/// One.
#[ext_action]
pub fn one() {
    /// A part.
    #[derive(ExtStructure)]
    pub struct Part { //~ EXT0206
        /// A number.
        pub a: u8,
    }

    /// Takes it.
    #[ext_action]
    pub fn first(part: Part) {
        drop(part);
    }
}

/// Two.
#[ext_action]
pub fn two() {
    /// Another part.
    #[derive(ExtStructure)]
    pub struct Part { //~ EXT0228
        /// A text.
        pub b: String,
    }

    /// Takes it.
    #[ext_action]
    pub fn second(part: Part) {
        drop(part);
    }
}
