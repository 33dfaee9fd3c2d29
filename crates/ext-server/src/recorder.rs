//! Every call is written down: on a thread of its own, many at a time, so that no call waits for
//! it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;
use tokio::sync::{broadcast, mpsc};

use crate::sched::step_back;
use crate::store::{CallRecord, Store};

/// Calls that may wait to be written; beyond, they are counted only.
const WAITING: usize = 20_000;

/// Bytes of those, about.
const WAITING_BYTES: usize = 64 << 20;

/// Calls of one transaction.
const BATCH: usize = 2000;

/// How long is waited for more calls to go with the first: the fewer transactions, the fewer
/// pages are written again and again.
const GATHER: Duration = Duration::from_millis(50);

/// Calls that a follower may be behind before it misses some.
const FOLLOWED: usize = 1000;

/// How often old calls are forgotten.
const FORGET: Duration = Duration::from_secs(600);

/// Takes calls to write them down.
pub struct Recorder {
    calls: mpsc::Sender<Arc<CallRecord>>,
    followers: broadcast::Sender<Arc<CallRecord>>,
    lost: Arc<AtomicU64>,
    /// Bytes of calls that wait.
    waiting: Arc<AtomicUsize>,
}

/// What a call takes while it waits, about.
fn size(call: &CallRecord) -> usize {
    size_of::<CallRecord>() + 256 + call.log.len() + call.detail.len()
}

impl Recorder {
    /// Starts the thread. It ends, and says so, when the recorder is gone and everything is
    /// written.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Arc<dyn Store>,
        keep: Duration,
    ) -> std::io::Result<(Self, oneshot::Receiver<()>)> {
        let (calls, receiver) = mpsc::channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let waiting = Arc::new(AtomicUsize::new(0));
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let writing = write(store, receiver, lost.clone(), waiting.clone(), keep);
        std::thread::Builder::new().name("ext-log".into()).spawn(move || {
            // The database's thread, which is started from here, is like this one.
            step_back();
            runtime.block_on(writing);
            let _ = end.send(());
        })?;
        let followers = broadcast::Sender::new(FOLLOWED);
        Ok((Self { calls, followers, lost, waiting }, ended))
    }

    /// Takes a call; never waits.
    pub fn record(&self, call: CallRecord) {
        let call = Arc::new(call);
        if self.followers.receiver_count() > 0 {
            let _ = self.followers.send(call.clone());
        }
        let size = size(&call);
        let fits = self.waiting.fetch_add(size, Ordering::Relaxed) < WAITING_BYTES;
        if !fits || self.calls.try_send(call).is_err() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Calls from now on.
    pub fn follow(&self) -> broadcast::Receiver<Arc<CallRecord>> {
        self.followers.subscribe()
    }

    /// How many calls could not be written down.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

async fn write(
    store: Arc<dyn Store>,
    mut receiver: mpsc::Receiver<Arc<CallRecord>>,
    lost: Arc<AtomicU64>,
    waiting: Arc<AtomicUsize>,
    keep: Duration,
) {
    let mut forget = tokio::time::interval(FORGET);
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            received = receiver.recv_many(&mut batch, BATCH) => {
                if received == 0 {
                    return;
                }
            }
            _ = forget.tick() => {
                let before = SignedDuration::try_from(keep)
                    .ok()
                    .and_then(|keep| Timestamp::now().checked_sub(keep).ok());
                if let Some(before) = before
                    && let Err(error) = store.forget_calls(before).await
                {
                    tracing::warn!(%error, "old calls are not forgotten");
                }
                continue;
            }
        }
        // Under load one transaction for many; without, a short wait that nobody notices.
        if batch.len() < BATCH {
            tokio::time::sleep(GATHER).await;
            while batch.len() < BATCH {
                let Ok(call) = receiver.try_recv() else { break };
                batch.push(call);
            }
        }
        let bytes: usize = batch.iter().map(|it| size(it)).sum();
        let calls: Vec<CallRecord> = batch.into_iter().map(Arc::unwrap_or_clone).collect();
        let count = calls.len();
        if let Err(error) = store.record(calls).await {
            lost.fetch_add(count as u64, Ordering::Relaxed);
            tracing::warn!(%error, calls = count, "calls are not written down");
        }
        waiting.fetch_sub(bytes, Ordering::Relaxed);
    }
}
