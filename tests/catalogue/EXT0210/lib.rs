use ext_runtime::prelude::*;

/// An entry of some other release.
#[cfg(target_family = "wasm")]
#[unsafe(link_section = "ext-definition")]
pub static ENTRY: [u8; 18] = *b"\x0e\0\0\0{\"format\": 99}";

/// An action.
#[ext_action]
pub fn act() {}
