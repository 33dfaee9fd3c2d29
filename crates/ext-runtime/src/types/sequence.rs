//! `Vec<T>`.

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;

// Every element type gets this code anew, so it is loops: with iterator adapters rustc and
// LLVM take more than twice as long over a large extension.
//
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
            let mut elements = Self::with_capacity(length);
            let mut index = 0;
            while index < length {
                elements
                    .as_mut_ptr()
                    .add(index)
                    .write(T::load(address.add(index * T::LAYOUT.size)));
                index += 1;
            }
            elements.set_len(length);
            crate::abi::free(address, length * T::LAYOUT.size, T::LAYOUT.align);
            elements
        }
    }

    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8) {
        let mut elements = core::mem::ManuallyDrop::new(self);
        let length = elements.len();
        // SAFETY: what the host reads lives until it has read it: the vector's own buffer or
        // another with room for every element. Each element moves out of the vector once;
        // then its buffer, which holds nothing any more, is freed.
        unsafe {
            let address = if T::PLAIN {
                let address = elements.as_mut_ptr().cast();
                crate::abi::own(address, elements.capacity() * T::LAYOUT.size, T::LAYOUT.align);
                address
            } else {
                let size = length * T::LAYOUT.size;
                let address = crate::abi::room_of_result(size, T::LAYOUT.align);
                let start = elements.as_mut_ptr();
                let mut index = 0;
                while index < length {
                    start.add(index).read().store(address.add(index * T::LAYOUT.size));
                    index += 1;
                }
                let room = elements.capacity() * size_of::<T>();
                crate::abi::free(start.cast(), room, align_of::<T>());
                address
            };
            crate::abi::store_sequence(at, address, length);
        }
    }
}
