use ext_runtime::prelude::*;

/// A function's attribute. //~ EXT0901
#[ext_action]
pub struct Line {
    /// A number.
    pub a: u8,
}
