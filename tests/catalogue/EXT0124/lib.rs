use ext_runtime::prelude::*;

/// What time it is.
#[ext_action]
pub fn act() -> bool {
    std::time::SystemTime::now() > std::time::SystemTime::UNIX_EPOCH
}
