use ext_runtime::prelude::*;

/// A machine.
pub struct Machine;

impl Machine {
    /// A method.
    #[ext_action]
    pub fn act(&self) {} //~ EXT0904
}
