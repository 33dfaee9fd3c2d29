//! `String`.

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

// SAFETY: address and length, as the Canonical ABI has it; the bytes move without a copy.
unsafe impl ExtType for String {
    const LAYOUT: Layout = Layout::SEQUENCE;
    const TYPE: &'static Type = &Type::Simple("\"string\"");

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: the host writes valid UTF-8 ("Storing strings"), and it allocated exactly
        // these bytes with our `realloc`.
        unsafe {
            let (address, length) = crate::abi::load_sequence(at);
            Self::from_raw_parts(address, length, length)
        }
    }

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { <Vec<u8> as ExtType>::store(self.into_bytes(), at) }
    }
}
