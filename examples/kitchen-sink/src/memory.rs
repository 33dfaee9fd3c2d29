//! The extension's memory.

use ext_runtime::prelude::*;

/// How many pages of 64 KiB the memory has.
#[ext_action]
pub fn memory_pages() -> u32 {
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 0;
    u32::try_from(pages).unwrap_or(u32::MAX)
}

/// A result of any size.
#[ext_action]
pub fn large(
    /// How many bytes.
    bytes: u32,
) -> Vec<u8> {
    vec![0xA5; bytes as usize]
}

/// Whether so much memory can be had. Does not insist.
#[ext_action]
pub fn asks_for_memory(
    /// How much.
    bytes: u32,
) -> bool {
    std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(bytes as usize).is_ok()
}

/// Insists on having more memory, again and again.
#[ext_action]
pub fn allocates_forever() {
    let mut kept = Vec::new();
    loop {
        kept.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&kept);
    }
}
