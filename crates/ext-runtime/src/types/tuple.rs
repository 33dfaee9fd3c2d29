//! Tuples of one to twelve elements.

use super::ExtType;
use crate::description::Type;
use crate::layout::{Layout, Record};

macro_rules! tuples {
    ($($($element:ident $index:tt),+;)*) => { $(
        // SAFETY: a record of the elements.
        unsafe impl<$($element: ExtType),+> ExtType for ($($element,)+) {
            const LAYOUT: Layout = Record::of([$($element::LAYOUT),+]).layout;
            const TYPE: &'static Type = &Type::Tuple(&[$($element::TYPE),+]);

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn load(at: *const u8) -> Self {
                let record = const { Record::of([$($element::LAYOUT),+]) };
                // SAFETY: the caller's promise.
                unsafe { ($($element::load(at.add(record.offsets[$index])),)+) }
            }

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn store(self, at: *mut u8) {
                let record = const { Record::of([$($element::LAYOUT),+]) };
                // SAFETY: the caller's promise.
                unsafe { $(self.$index.store(at.add(record.offsets[$index]));)+ }
            }
        }
    )* };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
