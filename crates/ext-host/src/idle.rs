//! Instances that are kept for later calls: how many of them, and that they make room for others.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::extension::Loaded;
use crate::instance::Instance;

/// Bytes of memory for which an idle instance takes one more place.
const PLACE: usize = 8 << 20;

/// The places that a host has for idle instances, whosever they are: an extension that was busy once
/// shall not keep the others from running.
pub struct Places {
    most: usize,
    taken: AtomicUsize,
    extensions: Mutex<Vec<Weak<Loaded>>>,
    /// Held by who drops idle instances, until they are gone.
    dropping: Mutex<()>,
    /// How often some were dropped.
    dropped: AtomicU64,
}

impl Places {
    /// Half of so many as may exist: the others are for calls that find none.
    pub fn of(instances: u32) -> Self {
        let most = usize::try_from(instances).unwrap_or(usize::MAX).div_ceil(2);
        Self {
            most,
            taken: AtomicUsize::new(0),
            extensions: Mutex::default(),
            dropping: Mutex::default(),
            dropped: AtomicU64::new(0),
        }
    }

    /// From now on this extension's instances make room for others, too.
    pub fn add(&self, extension: &Arc<Loaded>) {
        self.lock().push(Arc::downgrade(extension));
    }

    /// How often idle instances were dropped: to be asked before an instance is made.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Acquire)
    }

    /// Whether there may be room for an instance now that there was none for: drops all that are idle,
    /// unless somebody else dropped some since so often. Who finds none may be just too late for those
    /// that others let go.
    #[cold]
    pub fn make_room(&self, since: u64) -> bool {
        let _dropping = self.dropping.lock().unwrap_or_else(PoisonError::into_inner);
        self.dropped() != since
            || self.note(self.extensions().iter().map(|it| it.clear_idle()).sum())
    }

    /// Whether some were dropped.
    fn note(&self, dropped: usize) -> bool {
        if dropped > 0 {
            self.dropped.fetch_add(1, Ordering::Release);
        }
        dropped > 0
    }

    fn take(&self, places: usize) -> bool {
        let fits = self.taken.fetch_add(places, Ordering::Relaxed) + places <= self.most;
        if !fits {
            self.give_back(places);
        }
        fits
    }

    fn give_back(&self, places: usize) {
        self.taken.fetch_sub(places, Ordering::Relaxed);
    }

    /// Drops half of each extension's: those that were not needed for the longest time.
    #[cold]
    fn halve(&self) {
        let _dropping = self.dropping.lock().unwrap_or_else(PoisonError::into_inner);
        self.note(self.extensions().iter().map(|it| it.halve_idle()).sum());
    }

    /// Those that are still there. Nothing is dropped while the list is locked.
    fn extensions(&self) -> Vec<Arc<Loaded>> {
        let mut extensions = self.lock();
        extensions.retain(|it| it.strong_count() > 0);
        extensions.iter().filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Loaded>>> {
        self.extensions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In their boxes: an instance moves between here and a call without being copied.
type Instances = Vec<Box<Instance>>;

/// Idle instances of one extension; the last one is used first.
#[derive(Default)]
pub struct Idle(Mutex<Instances>);

impl Idle {
    /// One of them.
    pub fn take(&self, places: &Places) -> Option<Box<Instance>> {
        let instance = self.lock().pop()?;
        places.give_back(needed(&instance));
        Some(instance)
    }

    /// Keeps one more, unless it is too large for all places together.
    pub fn keep(&self, instance: Box<Instance>, places: &Places) {
        let needed = needed(&instance);
        if !places.take(needed) {
            places.halve();
            if !places.take(needed) {
                return;
            }
        }
        self.lock().push(instance);
    }

    /// Drops all of them; gives how many there were.
    pub fn clear(&self, places: &Places) -> usize {
        self.drop_of(places, |all| all)
    }

    /// Drops half of them, at least one; gives how many.
    pub fn halve(&self, places: &Places) -> usize {
        self.drop_of(places, |all| all.div_ceil(2))
    }

    fn drop_of(&self, places: &Places, many: impl FnOnce(usize) -> usize) -> usize {
        let dropped: Instances = {
            let mut all = self.lock();
            let many = many(all.len());
            all.drain(..many).collect()
        };
        places.give_back(dropped.iter().map(|it| needed(it)).sum());
        dropped.len()
    }

    fn lock(&self) -> MutexGuard<'_, Instances> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many places it takes: its memory does not change while it is idle.
fn needed(instance: &Instance) -> usize {
    1 + instance.memory() / PLACE
}
