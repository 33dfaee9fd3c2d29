use ext_runtime::prelude::*;

/// Why not.
#[derive(Debug, ExtError)]
pub enum Refusal {
    /// No.
    #[ext(message = "{reason} says no")] //~ EXT0915
    No,
}

/// Refuses.
#[ext_action]
pub fn act() -> Result<(), Refusal> {
    Err(Refusal::No)
}
