//! How many bytes requests and their answers may take together: a request that finds no room is
//! refused, before the server has no memory for anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may be taken.
#[derive(Debug)]
pub struct Room {
    taken: AtomicUsize,
    most: usize,
}

/// Bytes that were taken; given back when dropped.
#[derive(Debug)]
pub struct Taken {
    room: Arc<Room>,
    bytes: usize,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { taken: AtomicUsize::new(0), most })
    }

    /// Nothing, to begin with.
    pub fn enter(self: &Arc<Self>) -> Taken {
        Taken { room: self.clone(), bytes: 0 }
    }

    /// Bytes that are taken now.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Taken {
    /// How many.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes more; `false`, and nothing is taken, where there is no room for it.
    #[must_use]
    pub fn more(&mut self, bytes: usize) -> bool {
        let add = |taken: usize| taken.checked_add(bytes).filter(|it| *it <= self.room.most);
        let fits = self.room.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok();
        if fits {
            self.bytes += bytes;
        }
        fits
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Most requests are small and take nothing: they do not meet here.
        if self.bytes > 0 {
            self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_takes_nothing() {
        let room = Room::new(100);
        let (mut first, mut second) = (room.enter(), room.enter());
        assert!(first.more(60) && !second.more(41) && second.more(40));
        assert!(!first.more(usize::MAX));
        assert_eq!(room.taken(), 100);
        drop(first);
        assert_eq!(room.taken(), 40);
        assert!(second.more(60));
        drop(second);
        assert_eq!(room.taken(), 0);
    }
}
