//! `Vec<T>`, and `Box<T>`, which is `T` at the boundary.

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

// SAFETY: address and number of elements, elements at multiples of their size. A plain
// element's memory moves as it is.
unsafe impl<T: ExtType> ExtType for Vec<T> {
    const LAYOUT: Layout = Layout::SEQUENCE;
    const TYPE: &'static Type = &Type::List(T::TYPE);

    #[cfg(target_family = "wasm")]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: the host allocated `length` elements with our `realloc`; each is loaded
        // once, and the buffer is freed afterwards or becomes the vector's own.
        unsafe {
            let (address, length) = crate::abi::load_sequence(at);
            if T::PLAIN {
                return Self::from_raw_parts(address.cast(), length, length);
            }
            let elements = (0..length).map(|i| T::load(address.add(i * T::LAYOUT.size))).collect();
            crate::abi::free(address, length * T::LAYOUT.size, T::LAYOUT.align);
            elements
        }
    }

    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: `room` has place for every element, and both buffers live until the
        // host has read them.
        unsafe {
            let length = self.len();
            let address = if T::PLAIN {
                let mut elements = core::mem::ManuallyDrop::new(self);
                let address = elements.as_mut_ptr().cast();
                crate::abi::own(address, elements.capacity() * T::LAYOUT.size, T::LAYOUT.align);
                address
            } else {
                let address = crate::abi::room(length * T::LAYOUT.size, T::LAYOUT.align);
                crate::abi::own(address, length * T::LAYOUT.size, T::LAYOUT.align);
                for (i, element) in self.into_iter().enumerate() {
                    element.store(address.add(i * T::LAYOUT.size));
                }
                address
            };
            crate::abi::store_sequence(at, address, length);
        }
    }
}

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
