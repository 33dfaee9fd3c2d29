use ext_runtime::prelude::*;

/// A default that is too long.
#[ext_action]
pub fn act(
    #[ext(default = "EURO", max_length = 3)]
    currency: String, //~ EXT0219
) {
    drop(currency);
}
