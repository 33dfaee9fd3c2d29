//! Maps: lists of key and value.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::ExtType;
use crate::description::Type;
use crate::layout::Layout;
#[cfg(target_family = "wasm")]
use crate::layout::Record;

/// Both maps are the same at the boundary; of two equal keys the later one counts. Entries
/// are inserted one by one: collecting them would bring a sort and a bulk build into the
/// package for every type of value, five times the code.
macro_rules! list_of_pairs {
    (|$length:ident| $new:expr) => {
        const LAYOUT: Layout = Layout::SEQUENCE;
        const TYPE: &'static Type = &Type::Map(K::TYPE, T::TYPE);

        #[cfg(target_family = "wasm")]
        unsafe fn load(at: *const u8) -> Self {
            let pair = const { Record::of([K::LAYOUT, T::LAYOUT]) };
            // SAFETY: the host allocated `length` pairs with our `realloc`; each is loaded
            // once, and the buffer is freed afterwards.
            unsafe {
                let (address, $length) = crate::abi::load_sequence(at);
                let mut map = $new;
                let mut index = 0;
                while index < $length {
                    let at = address.add(index * pair.layout.size);
                    map.insert(K::load(at), T::load(at.add(pair.offsets[1])));
                    index += 1;
                }
                crate::abi::free(address, $length * pair.layout.size, pair.layout.align);
                map
            }
        }

        #[cfg(target_family = "wasm")]
        unsafe fn store(self, at: *mut u8) {
            let pair = const { Record::of([K::LAYOUT, T::LAYOUT]) };
            let length = self.len();
            // SAFETY: room for every pair, which lives until the host has read it.
            unsafe {
                let address =
                    crate::abi::room_of_result(length * pair.layout.size, pair.layout.align);
                let mut to = address;
                for (key, value) in self {
                    key.store(to);
                    value.store(to.add(pair.offsets[1]));
                    to = to.add(pair.layout.size);
                }
                crate::abi::store_sequence(at, address, length);
            }
        }
    };
}

/// A type that can be the key of a map: JSON writes keys as text.
///
/// Text, whole numbers, characters, and enums whose cases have no data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in an action",
    label = "not usable as a key",
    note = "keys can be `String`, `char`, whole numbers, and enums with `#[derive(ExtEnum)]` whose cases have no data",
    note = "any other map is a list of pairs: `Vec<(K, V)>`"
)]
pub trait ExtKey: ExtType {}

macro_rules! keys {
    ($($ty:ty),*) => { $(impl ExtKey for $ty {})* };
}

keys!(String, char, i8, i16, i32, i64, u8, u16, u32, u64);

// The headers stay outside of the macro: rustc shows them for a map with other keys.

// SAFETY: all of it is the list's.
unsafe impl<K: ExtKey + Ord, T: ExtType> ExtType for BTreeMap<K, T> {
    list_of_pairs!(|length| Self::new());
}

// SAFETY: all of it is the list's.
unsafe impl<K, T, S> ExtType for HashMap<K, T, S>
where
    K: ExtKey + Eq + Hash,
    T: ExtType,
    S: BuildHasher + Default + 'static,
{
    list_of_pairs!(|length| Self::with_capacity_and_hasher(length, S::default()));
}
