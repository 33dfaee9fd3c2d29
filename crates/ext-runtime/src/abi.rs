//! The core functions that a component shares among its actions.
//!
//! An action exports one function of its own: given the address of its arguments in
//! memory, it answers with the address of its result. `cargo ext` puts an adapter with
//! the Canonical ABI's flattened signature before each and uses these exports:
//!
//! - `ext:arguments`: the address of room for flattened arguments. There are at most 16 of
//!   them (`MAX_FLAT_PARAMS`), none larger than 8 bytes, and a component is never entered
//!   twice at a time: one area of 128 bytes serves every action.
//! - `ext:realloc`: the Canonical ABI's `realloc`, for what the host passes in memory.
//! - `ext:free`: gives back a spilled parameter list.
//! - `ext:drop`: called after the host has read a result: gives back what it owned.
#![cfg(target_family = "wasm")]

use core::cell::UnsafeCell;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};

/// Memory that generated code fills; a component runs on one thread.
#[repr(C, align(8))]
pub struct ResultArea<const N: usize>(UnsafeCell<[u8; N]>);

// SAFETY: WebAssembly components made by `cargo ext` have one thread.
unsafe impl<const N: usize> Sync for ResultArea<N> {}

impl<const N: usize> ResultArea<N> {
    /// Room for `N` bytes.
    #[expect(clippy::new_without_default, reason = "made in statics only")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new([0; N]))
    }

    /// Where it is.
    #[inline]
    pub const fn address(&self) -> *mut u8 {
        self.0.get().cast()
    }
}

static ARGUMENTS: ResultArea<128> = ResultArea::new();

#[unsafe(export_name = "ext:arguments")]
extern "C" fn arguments() -> *mut u8 {
    ARGUMENTS.address()
}

#[unsafe(export_name = "ext:realloc")]
unsafe extern "C" fn reallocate(
    old: *mut u8,
    old_size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    // SAFETY: the Canonical ABI calls this with memory of its own, or none at first.
    unsafe {
        if old_size == 0 {
            return room(new_size, align);
        }
        let layout = Layout::from_size_align_unchecked(old_size, align);
        let new = realloc(old, layout, new_size);
        if new.is_null() {
            handle_alloc_error(layout);
        }
        new
    }
}

/// New memory; a well-aligned address without memory behind it for no bytes at all.
///
/// # Safety
/// `align` is a power of two.
unsafe fn room(size: usize, align: usize) -> *mut u8 {
    if size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: `size` is not zero, `align` the caller's promise.
    unsafe {
        let layout = Layout::from_size_align_unchecked(size, align);
        let address = alloc(layout);
        if address.is_null() {
            handle_alloc_error(layout);
        }
        address
    }
}

/// Gives back what [`room`] gave out.
///
/// # Safety
/// The three are of one allocation, and nobody uses it any more.
#[inline(never)]
#[unsafe(export_name = "ext:free")]
pub(crate) unsafe extern "C" fn free(address: *mut u8, size: usize, align: usize) {
    if size != 0 {
        // SAFETY: the caller's promise.
        unsafe { dealloc(address, Layout::from_size_align_unchecked(size, align)) }
    }
}

struct Allocation {
    address: *mut u8,
    size: usize,
    align: usize,
}

/// What the result being read by the host owns. Keeping a list is cheaper than a
/// function for each type that walks a result again, in code as in time.
struct Owned(UnsafeCell<Vec<Allocation>>);

// SAFETY: as for `ResultArea`.
unsafe impl Sync for Owned {}

static OWNED: Owned = Owned(UnsafeCell::new(Vec::new()));

/// New memory for a part of the result that the host reads next.
///
/// # Safety
/// `align` is a power of two.
// One copy, not one at each place that stores a list.
#[inline(never)]
pub(crate) unsafe fn room_of_result(size: usize, align: usize) -> *mut u8 {
    // SAFETY: the caller's promise; the memory is new.
    unsafe {
        let address = room(size, align);
        own(address, size, align);
        address
    }
}

/// Frees an allocation once the host has read the result.
///
/// # Safety
/// The three are of one allocation that nobody else frees.
#[inline(never)]
pub(crate) unsafe fn own(address: *mut u8, size: usize, align: usize) {
    if size != 0 {
        // SAFETY: one thread, and no reference to the list outlives a statement.
        unsafe { (*OWNED.0.get()).push(Allocation { address, size, align }) }
    }
}

#[unsafe(export_name = "ext:drop")]
extern "C" fn drop_result() {
    // SAFETY: one thread; each entry was promised to be ours to free.
    unsafe {
        for Allocation { address, size, align } in (*OWNED.0.get()).drain(..) {
            free(address, size, align);
        }
    }
}

/// # Safety
/// `at` holds a string or list.
#[inline]
pub(crate) unsafe fn load_sequence(at: *const u8) -> (*mut u8, usize) {
    // SAFETY: the caller's promise; addresses have the width of lengths.
    unsafe { (at.cast::<*mut u8>().read(), at.cast::<usize>().add(1).read()) }
}

/// # Safety
/// `at` is room for a string or list.
#[inline]
pub(crate) unsafe fn store_sequence(at: *mut u8, address: *mut u8, length: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        at.cast::<*mut u8>().write(address);
        at.cast::<usize>().add(1).write(length);
    }
}

/// The host handed over a case that the type does not have: cannot happen with a host
/// that keeps to the Canonical ABI.
#[cold]
pub fn invalid() -> ! {
    core::arch::wasm32::unreachable()
}
