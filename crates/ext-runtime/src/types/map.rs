//! Maps from strings: lists of key and value.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

/// Both maps are the same at the boundary; of two equal keys the later one counts.
macro_rules! list_of_pairs {
    () => {
        const LAYOUT: Layout = Layout::SEQUENCE;
        const TYPE: &'static Type = &Type::Map(T::TYPE);

        #[cfg(target_family = "wasm")]
        unsafe fn load(at: *const u8) -> Self {
            // SAFETY: the caller's promise.
            unsafe { <Vec<(String, T)>>::load(at) }.into_iter().collect()
        }

        #[cfg(target_family = "wasm")]
        unsafe fn store(self, at: *mut u8) {
            // SAFETY: the caller's promise.
            unsafe { self.into_iter().collect::<Vec<(String, T)>>().store(at) }
        }
    };
}

// The headers stay outside of the macro: rustc shows them for a map with other keys.

// SAFETY: all of it is the list's.
unsafe impl<T: ExtType> ExtType for BTreeMap<String, T> {
    list_of_pairs!();
}

// SAFETY: all of it is the list's.
unsafe impl<T: ExtType, S: BuildHasher + Default + 'static> ExtType for HashMap<String, T, S> {
    list_of_pairs!();
}
