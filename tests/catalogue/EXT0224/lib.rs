use ext_runtime::prelude::*;

use ext_runtime::Email as Mail;

/// Not the platform's.
#[derive(ExtStructure)]
pub struct Email { //~ EXT0224
    /// A text.
    pub text: String,
}

/// Takes both.
#[ext_action]
pub fn act(mine: Email, theirs: Mail) {
    drop((mine, theirs));
}
