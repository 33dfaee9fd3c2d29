//! Maps from strings: lists of key and value.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

/// Both maps are the same at the boundary; of two equal keys the later one counts.
macro_rules! maps {
    ($([$($generics:tt)*] $map:ty),* $(,)?) => { $(
        // SAFETY: all of it is the list's.
        unsafe impl<$($generics)*> ExtType for $map {
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
        }
    )* };
}

maps! {
    [T: ExtType] BTreeMap<String, T>,
    [T: ExtType, S: BuildHasher + Default + 'static] HashMap<String, T, S>,
}
