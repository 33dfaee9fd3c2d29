//! The types that cross the boundary.

mod choice;
mod map;
pub(crate) mod platform;
mod scalar;
mod sequence;
mod shared;
mod text;
mod tuple;

pub use map::ExtKey;

use crate::description::Type;
use crate::layout::Layout;

/// A type that crosses the boundary of an extension, as a parameter, a result or a part of
/// one.
///
/// Implemented for the standard library's types in the table below, and by the derives for
/// an extension's own. There is no reason to implement it by hand.
///
/// | Rust | WIT |
/// |---|---|
/// | `bool`, `char`, `i8`…`i64`, `u8`…`u64`, `f32`, `f64` | `bool`, `char`, `s8`…`s64`, `u8`…`u64`, `f32`, `f64` |
/// | `String` | `string` |
/// | `Vec<T>`, `Option<T>`, `Result<T, E>`, tuples | `list`, `option`, `result`, `tuple` |
/// | `[T; N]` | `list<T>`, checked by the host |
/// | `HashMap<K, T>`, `BTreeMap<K, T>` with an [`ExtKey`] | `list<tuple<K, T>>` |
/// | `Box<T>`, `Rc<T>`, `Arc<T>`, `Cow<'static, str>` | as `T` |
/// | `Decimal`, `Date`, `Time`, `DateTime`, `Duration`, `Uuid`, `Email`, `PhoneNumber`, `Url`, `Json` | a `string` of that name |
/// | `()` as a result | none |
/// | [`ExtStructure`](macro@crate::ExtStructure) | `record` |
/// | [`ExtEnum`](macro@crate::ExtEnum), [`ExtError`](macro@crate::ExtError) | `enum` or `variant` |
///
/// A type cannot contain itself, not even in a list: WIT knows no recursive types. The
/// derives say so where a type names itself. Of types that contain each other rustc says
/// "cycle detected when …" and names the `TYPE` of each: one of them has to hold an index
/// or a key in place of the other.
///
/// # Safety
/// Whoever implements it promises that `LAYOUT` is the Canonical ABI's for `TYPE`, that
/// `load` reads and `store` writes exactly that, and that a `PLAIN` type's Rust
/// representation is the same bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the boundary of an extension",
    label = "not usable in an action",
    note = "these can cross: `bool`, `char`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `String`; and `Vec`, `Option`, `Result`, `Box`, arrays, tuples of up to twelve and maps, when their parts can",
    note = "a type of your own needs `#[derive(ExtStructure)]` on a struct, `#[derive(ExtEnum)]` on an enum, `#[derive(ExtError)]` on an error",
    note = "decimal numbers, dates, times, durations, UUIDs, URLs and JSON have types in `ext_runtime`, behind its features `decimal`, `date-time`, `uuid`, `url` and `json`; for a type of another crate, pass what it holds, or a structure of your own"
)]
pub unsafe trait ExtType: Sized + 'static {
    /// How a value lies in memory at the boundary.
    #[doc(hidden)]
    const LAYOUT: Layout;

    /// What the type is called at the boundary.
    #[doc(hidden)]
    const TYPE: &'static Type;

    /// Whether a value's Rust representation is the boundary's, without memory of its own.
    #[doc(hidden)]
    const PLAIN: bool = false;

    /// Takes a value, and the memory that it owns, out of a place at the boundary.
    ///
    /// # Safety
    /// `at` is aligned and holds a valid value of `TYPE` that nobody loads again.
    #[doc(hidden)]
    #[cfg(target_family = "wasm")]
    unsafe fn load(at: *const u8) -> Self;

    /// Writes a value to a place at the boundary; memory that it owns lives until the host
    /// has read the result.
    ///
    /// # Safety
    /// `at` is aligned room for a value of `TYPE`.
    #[doc(hidden)]
    #[cfg(target_family = "wasm")]
    unsafe fn store(self, at: *mut u8);

    /// Takes a value apart and puts it together again. On other targets no `load` and no
    /// `store` does, and rustc would call fields and cases unused that only callers use.
    #[doc(hidden)]
    #[cfg(not(target_family = "wasm"))]
    fn same(self) -> Self {
        self
    }
}
