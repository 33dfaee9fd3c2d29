//! `Option` and `Result`.

use super::ExtType;
use crate::description::Type;
use crate::layout::{Layout, Variant};

// SAFETY: a variant with the cases `none` and `some`, in this order.
unsafe impl<T: ExtType> ExtType for Option<T> {
    const LAYOUT: Layout = Variant::of(&[Layout::UNIT, T::LAYOUT]).layout;
    const TYPE: &'static Type = &Type::Option(T::TYPE);

    #[cfg(target_family = "wasm")]
    unsafe fn load(at: *const u8) -> Self {
        let variant = const { Variant::of(&[Layout::UNIT, T::LAYOUT]) };
        // SAFETY: the caller's promise.
        unsafe {
            match variant.load(at) {
                0 => None,
                _ => Some(T::load(at.add(variant.payload))),
            }
        }
    }

    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8) {
        let variant = const { Variant::of(&[Layout::UNIT, T::LAYOUT]) };
        // SAFETY: the caller's promise.
        unsafe {
            variant.store(at, self.is_some() as u32);
            if let Some(value) = self {
                value.store(at.add(variant.payload));
            }
        }
    }
}

// SAFETY: a variant with the cases `ok` and `error`, in this order.
unsafe impl<T: ExtType, E: ExtType> ExtType for Result<T, E> {
    const LAYOUT: Layout = Variant::of(&[T::LAYOUT, E::LAYOUT]).layout;
    const TYPE: &'static Type = &Type::Result(T::TYPE, E::TYPE);

    #[cfg(target_family = "wasm")]
    unsafe fn load(at: *const u8) -> Self {
        let variant = const { Variant::of(&[T::LAYOUT, E::LAYOUT]) };
        // SAFETY: the caller's promise.
        unsafe {
            match variant.load(at) {
                0 => Ok(T::load(at.add(variant.payload))),
                _ => Err(E::load(at.add(variant.payload))),
            }
        }
    }

    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8) {
        let variant = const { Variant::of(&[T::LAYOUT, E::LAYOUT]) };
        // SAFETY: the caller's promise.
        unsafe {
            variant.store(at, self.is_err() as u32);
            match self {
                Ok(value) => value.store(at.add(variant.payload)),
                Err(error) => error.store(at.add(variant.payload)),
            }
        }
    }
}
