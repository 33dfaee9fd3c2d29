//! Owners that are what they own at the boundary, and arrays.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

/// A type that crosses as another one, into which it is made and from which it comes.
macro_rules! crosses_as {
    ($($owner:ty as $inner:ty: $from:expr, $into:expr;)*) => { $(
        // SAFETY: all of it is the other type's.
        unsafe impl ExtType for $owner {
            const LAYOUT: Layout = <$inner>::LAYOUT;
            const TYPE: &'static Type = <$inner>::TYPE;

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn load(at: *const u8) -> Self {
                // SAFETY: the caller's promise.
                $from(unsafe { <$inner>::load(at) })
            }

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn store(self, at: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { <$inner>::store($into(self), at) }
            }
        }
    )* };
}

crosses_as! {
    Box<str> as String: String::into_boxed_str, String::from;
    Rc<str> as String: Rc::from, (|it: Rc<str>| String::from(&*it));
    Arc<str> as String: Arc::from, (|it: Arc<str>| String::from(&*it));
    Cow<'static, str> as String: Cow::Owned, Cow::into_owned;
}

// Not by the macro: rustc shows it where types contain each other in a circle.
//
// SAFETY: all of it is `T`'s.
unsafe impl<T: ExtType> ExtType for Box<T> {
    const LAYOUT: Layout = T::LAYOUT;
    const TYPE: &'static Type = T::TYPE;

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: the caller's promise.
        Self::new(unsafe { T::load(at) })
    }

    #[cfg(target_family = "wasm")]
    #[inline]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { T::store(*self, at) }
    }
}

/// A shared value crosses if it can be copied out of its owner.
macro_rules! shared {
    ($($owner:ident),*) => { $(
        // SAFETY: all of it is `T`'s.
        unsafe impl<T: ExtType + Clone> ExtType for $owner<T> {
            const LAYOUT: Layout = T::LAYOUT;
            const TYPE: &'static Type = T::TYPE;

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn load(at: *const u8) -> Self {
                // SAFETY: the caller's promise.
                Self::new(unsafe { T::load(at) })
            }

            #[cfg(target_family = "wasm")]
            #[inline]
            unsafe fn store(self, at: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { T::store(Self::unwrap_or_clone(self), at) }
            }
        }
    )* };
}

shared!(Rc, Arc);

// SAFETY: a list, of which the host knows how long it must be.
unsafe impl<T: ExtType, const N: usize> ExtType for [T; N] {
    const LAYOUT: Layout = Layout::SEQUENCE;
    const TYPE: &'static Type = &Type::Array(T::TYPE, N);

    #[cfg(target_family = "wasm")]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: the caller's promise.
        let list = unsafe { <Vec<T>>::load(at) };
        list.try_into().unwrap_or_else(|_| panic!("the host passed a list of another length"))
    }

    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { Vec::from(self).store(at) }
    }
}
