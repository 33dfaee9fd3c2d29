//! Instances that are kept for later calls: how many of them, and that they make room for others.

use std::sync::atomic::{AtomicUsize, Ordering};
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
}

impl Places {
    /// Half of so many as may exist: the others are for calls that find none.
    pub fn of(instances: u32) -> Self {
        let most = usize::try_from(instances).unwrap_or(usize::MAX).div_ceil(2);
        Self { most, taken: AtomicUsize::new(0), extensions: Mutex::default() }
    }

    /// From now on this extension's instances make room for others, too.
    pub fn add(&self, extension: &Arc<Loaded>) {
        self.lock().push(Arc::downgrade(extension));
    }

    /// Drops all that are idle; `false`: there were none.
    pub fn clear(&self) -> bool {
        self.extensions().iter().map(|it| it.clear_idle()).sum::<usize>() > 0
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
        self.extensions().iter().for_each(|it| it.halve_idle());
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

    /// Drops half of them, at least one.
    pub fn halve(&self, places: &Places) {
        self.drop_of(places, |all| all.div_ceil(2));
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
