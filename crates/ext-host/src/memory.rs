//! How much memory instances have: each of them, and all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

use crate::sandbox::{MAX_INSTANCES, MAX_MEMORIES, MAX_TABLES};

/// Most elements of all tables of an instance.
const MAX_ELEMENTS: usize = 1 << 20;

/// Bytes of an instance that nobody counts together with those of others: most have no more, so
/// that their calls do not meet here.
const FREE: usize = 2 << 20;

/// The memory of all instances of a host together, in bytes.
pub struct Together {
    most: usize,
    taken: AtomicUsize,
}

impl Together {
    /// At most so much.
    pub fn of(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: AtomicUsize::new(0) })
    }

    fn take(&self, bytes: usize) -> bool {
        let add = |taken: usize| taken.checked_add(bytes).filter(|it| *it <= self.most);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }
}

/// Refuses memory beyond what is allowed to all memories of an instance together, and to all
/// instances; and remembers that it did during this call.
pub struct MemoryLimit {
    allowed: usize,
    together: Arc<Together>,
    /// Bytes of all memories.
    taken: usize,
    /// Elements of all tables.
    elements: usize,
    refused: Option<usize>,
}

impl MemoryLimit {
    /// So many bytes of what all have together.
    pub fn of(allowed: usize, together: &Arc<Together>) -> Self {
        let together = together.clone();
        Self { allowed, together, taken: 0, elements: 0, refused: None }
    }

    /// Bytes of all memories.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// A call begins.
    #[inline]
    pub fn start_call(&mut self) {
        self.refused = None;
    }

    /// The bytes that were allowed when more were asked for in this call: fewer than to this
    /// instance, if others have the rest.
    pub fn refused(&self) -> Option<usize> {
        self.refused
    }

    fn counted(bytes: usize) -> usize {
        bytes.saturating_sub(FREE)
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        let counted = Self::counted(self.taken);
        if counted > 0 {
            self.together.taken.fetch_sub(counted, Ordering::Relaxed);
        }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // It does not grow beyond its own maximum, which is nobody's limit but its own.
        if maximum.is_some_and(|it| desired > it) {
            return Ok(false);
        }
        let taken = self.taken.saturating_add(desired.saturating_sub(current));
        if taken > self.allowed {
            self.refused = Some(self.allowed);
            return Ok(false);
        }
        let more = Self::counted(taken) - Self::counted(self.taken);
        if more > 0 && !self.together.take(more) {
            self.refused = Some(self.taken);
            return Ok(false);
        }
        self.taken = taken;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|it| desired > it) {
            return Ok(false);
        }
        let elements = self.elements.saturating_add(desired.saturating_sub(current));
        let fits = elements <= MAX_ELEMENTS;
        if fits {
            self.elements = elements;
        }
        Ok(fits)
    }

    // The pool refuses at loading what is beyond; this is for where there is none.
    fn instances(&self) -> usize {
        MAX_INSTANCES as usize
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES as usize
    }

    fn tables(&self) -> usize {
        MAX_TABLES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_has_the_others_have_not() {
        let together = Together::of(10 << 20);
        let grows = |limit: &mut MemoryLimit, to: usize| {
            limit.start_call();
            let from = limit.taken();
            limit.memory_growing(from, to << 20, None).unwrap()
        };
        let limit = || MemoryLimit::of(8 << 20, &together);
        let (mut first, mut second) = (limit(), limit());
        assert!(grows(&mut first, 8) && !grows(&mut first, 9));
        assert_eq!(first.refused(), Some(8 << 20));
        // Six of ten are taken, since two of each are nobody's.
        assert!(grows(&mut second, 6) && !grows(&mut second, 7));
        assert_eq!(second.refused(), Some(6 << 20));
        drop(first);
        assert!(grows(&mut second, 8));
        assert_eq!(second.refused(), None);
        drop(second);
        assert_eq!(together.taken.load(Ordering::Relaxed), 0);
    }
}
