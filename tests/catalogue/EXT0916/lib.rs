use ext_runtime::prelude::*;

/// A line.
#[derive(ExtStructure)]
pub struct Line {
    /// How many.
    pub quantity: u32,
    /// How many of those that nobody sees.
    #[ext(skip, max = 10)]
    pub hidden: u32, //~ EXT0916
}

/// A line as it is.
#[derive(ExtStructure)]
#[ext(transparent, rename_all = "camelCase")]
pub struct Glass { //~ EXT0916
    /// The line.
    pub line: Line,
}

/// Takes it.
#[ext_action]
pub fn act(glass: Glass) {
    drop(glass);
}
