//! Numbers, `bool`, `char`, and the unit type.

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

macro_rules! scalars {
    ($($rust:ty = $name:literal),* $(,)?) => { $(
        // SAFETY: size, alignment and bytes of these types are the Canonical ABI's; the host
        // hands over valid `bool`s and `char`s only ("Loading": it traps on others).
        unsafe impl ExtType for $rust {
            const LAYOUT: Layout = Layout::scalar(size_of::<$rust>());
            const TYPE: &'static Type = &Type::Simple(concat!("\"", $name, "\""));
            const PLAIN: bool = true;

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn load(at: *const u8) -> Self {
                // SAFETY: the caller's promise.
                unsafe { at.cast::<Self>().read() }
            }

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn store(self, at: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { at.cast::<Self>().write(self) }
            }
        }
    )* };
}

scalars! {
    bool = "bool", char = "char",
    i8 = "s8", i16 = "s16", i32 = "s32", i64 = "s64",
    u8 = "u8", u16 = "u16", u32 = "u32", u64 = "u64",
    f32 = "f32", f64 = "f64",
}

// SAFETY: nothing is read and nothing is written.
unsafe impl ExtType for () {
    const LAYOUT: Layout = Layout::UNIT;
    const TYPE: &'static Type = &Type::Simple("\"unit\"");

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn load(_: *const u8) -> Self {}

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn store(self, _: *mut u8) {}
}
