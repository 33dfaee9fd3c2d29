use ext_runtime::prelude::*;

/// Not an entry.
#[cfg(target_family = "wasm")]
#[unsafe(link_section = "ext-definition")]
pub static ENTRY: [u8; 6] = *b"\x02\0\0\0{]";

/// An action.
#[ext_action]
pub fn act() {}
