//! Every call is written down: on a thread of its own, many at a time, so that no call waits for
//! it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use crate::sched::step_back;
use crate::store::{CallRecord, Keep, Store};
use crate::text::cut;

/// Calls that may wait to be written; beyond, they are counted only.
const WAITING: usize = 100_000;

/// Bytes of those, about.
const WAITING_BYTES: usize = 64 << 20;

/// From so many that wait on, nothing else is done as often.
const CROWDED: usize = WAITING / 4;

/// Calls of one transaction.
const BATCH: usize = 2000;

/// How long is waited for more calls to go with the first: the fewer transactions, the fewer
/// pages are written again and again.
const GATHER: Duration = Duration::from_millis(50);

/// The pause after each part of a transaction, unless it has too many of them: whoever is called
/// meanwhile finds a processor.
const BREATH: Duration = Duration::from_millis(1);

/// From so many calls on a transaction has no pauses.
const HURRIED: usize = BATCH / 2;

/// How long is waited after the store has failed.
const AGAIN: Duration = Duration::from_secs(1);

/// How often is tried to write what is left when the server ends.
const LAST: u32 = 3;

/// Calls that a follower may be behind before it misses some.
const FOLLOWED: usize = 1000;

/// Bytes of what a call wrote that followers get: as many calls as they may be behind take 17 MB
/// then.
const FOLLOWED_LOG: usize = 16 << 10;

/// Bytes of what went wrong.
const FOLLOWED_DETAIL: usize = 1 << 10;

/// How often is looked for what can be forgotten.
const FORGET: Duration = Duration::from_secs(10);

/// The pause when there is more, for whoever else writes.
const PAUSE: Duration = Duration::from_millis(50);

/// The same while many calls wait.
const CROWDED_PAUSE: Duration = Duration::from_secs(1);

/// Takes calls to write them down.
pub struct Recorder {
    calls: mpsc::Sender<Arc<CallRecord>>,
    followers: broadcast::Sender<Arc<CallRecord>>,
    /// Whether anybody followed lately.
    is_followed: AtomicBool,
    state: Arc<State>,
}

/// What the thread and the others know of each other.
#[derive(Default)]
struct State {
    /// Calls that wait.
    waiting: AtomicUsize,
    /// Bytes of those.
    bytes: AtomicUsize,
    /// Calls that had no room.
    lost: AtomicU64,
}

/// What a call takes while it waits, about.
fn size(call: &CallRecord) -> usize {
    size_of::<CallRecord>() + 256 + call.log.len() + call.detail.len()
}

impl Recorder {
    /// Starts the thread. It ends, and says so, when the recorder is gone and everything is
    /// written. Calls stay for so long, as long as the store uses no more than so many bytes.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Arc<dyn Store>,
        keep: Duration,
        bytes: u64,
    ) -> std::io::Result<(Self, oneshot::Receiver<()>)> {
        let (calls, receiver) = mpsc::channel(WAITING);
        let state = Arc::new(State::default());
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let writer = Writer { store, calls: receiver, state: state.clone(), keep, bytes, told: 0 };
        std::thread::Builder::new().name("ext-log".into()).spawn(move || {
            // The database's thread, which is started from here, is like this one.
            step_back();
            runtime.block_on(writer.run());
            let _ = end.send(());
        })?;
        let followers = broadcast::Sender::new(FOLLOWED);
        let is_followed = AtomicBool::new(false);
        Ok((Self { calls, followers, is_followed, state }, ended))
    }

    /// Takes a call; never waits.
    pub fn record(&self, call: CallRecord) {
        let call = Arc::new(call);
        // Looked at without a lock, which all calls would take.
        if self.is_followed.load(Ordering::Relaxed) && self.followers.send(followed(&call)).is_err()
        {
            self.is_followed.store(false, Ordering::SeqCst);
            // Who came meanwhile is seen here, or says so after this.
            if self.followers.receiver_count() > 0 {
                self.is_followed.store(true, Ordering::SeqCst);
            }
        }
        let (state, size) = (&self.state, size(&call));
        state.waiting.fetch_add(1, Ordering::Relaxed);
        let fits = state.bytes.fetch_add(size, Ordering::Relaxed) < WAITING_BYTES;
        if !fits || self.calls.try_send(call).is_err() {
            state.gone(1, size);
            state.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Calls from now on. What is long of one is cut.
    pub fn follow(&self) -> broadcast::Receiver<Arc<CallRecord>> {
        let receiver = self.followers.subscribe();
        self.is_followed.store(true, Ordering::SeqCst);
        receiver
    }

    /// How many calls wait to be written down.
    pub fn waiting(&self) -> usize {
        self.state.waiting.load(Ordering::Relaxed)
    }

    /// How many calls could not be written down.
    pub fn lost(&self) -> u64 {
        self.state.lost.load(Ordering::Relaxed)
    }
}

impl State {
    /// So many calls wait no more.
    fn gone(&self, calls: usize, bytes: usize) {
        self.waiting.fetch_sub(calls, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A call as followers get it: many of them are kept for whoever is slow.
fn followed(call: &Arc<CallRecord>) -> Arc<CallRecord> {
    if call.log.len() <= FOLLOWED_LOG && call.detail.len() <= FOLLOWED_DETAIL {
        return call.clone();
    }
    let shorter = |text: &Arc<str>, bytes| {
        let mut text = text.to_string();
        cut(&mut text, bytes);
        Arc::from(text)
    };
    let log = shorter(&call.log, FOLLOWED_LOG);
    let detail = shorter(&call.detail, FOLLOWED_DETAIL);
    Arc::new(CallRecord { log, detail, ..CallRecord::clone(call) })
}

/// What the thread does.
struct Writer {
    store: Arc<dyn Store>,
    calls: mpsc::Receiver<Arc<CallRecord>>,
    state: Arc<State>,
    keep: Duration,
    bytes: u64,
    /// Lost calls that the server's own log has told of.
    told: u64,
}

impl Writer {
    async fn run(mut self) {
        let mut forget = Instant::now();
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                // What is new has no other place; what is old can wait.
                biased;
                received = self.calls.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                    self.gather(&mut batch).await;
                    self.write(&batch).await;
                }
                () = sleep_until(forget) => {}
            }
            if Instant::now() >= forget {
                forget = Instant::now() + self.forget().await;
            }
        }
    }

    /// Under load one transaction for many; without, a short wait that nobody notices.
    async fn gather(&mut self, batch: &mut Vec<Arc<CallRecord>>) {
        if batch.len() < BATCH {
            sleep(GATHER).await;
            while batch.len() < BATCH {
                let Ok(call) = self.calls.try_recv() else { break };
                batch.push(call);
            }
        }
    }

    /// Writes calls down: again and again where the store fails, while those behind them wait
    /// where there is room.
    async fn write(&self, batch: &[Arc<CallRecord>]) {
        let (mut failed, mut left) = (false, LAST);
        let pause = if batch.len() < HURRIED { BREATH } else { Duration::ZERO };
        while let Err(error) = self.store.record(batch, pause).await {
            if !failed {
                tracing::warn!(%error, "calls are not written down, and kept as long as there is room");
            }
            failed = true;
            if self.calls.is_closed() {
                left -= 1;
                if left == 0 {
                    let lost = batch.len() as u64;
                    self.state.lost.fetch_add(lost, Ordering::Relaxed);
                    tracing::warn!(%error, calls = lost, "calls are lost");
                    break;
                }
            }
            sleep(AGAIN).await;
        }
        if failed && left > 0 {
            tracing::info!("calls are written down again");
        }
        self.state.gone(batch.len(), batch.iter().map(|it| size(it)).sum());
    }

    /// Forgets some of what is not to be kept; how long to wait before the next time.
    async fn forget(&mut self) -> Duration {
        let lost = self.state.lost.load(Ordering::Relaxed);
        if lost > self.told {
            tracing::warn!(calls = lost - self.told, "calls are lost: more came than had room");
            self.told = lost;
        }
        let since = SignedDuration::try_from(self.keep).ok();
        let since = since.and_then(|keep| Timestamp::now().checked_sub(keep).ok());
        let keep = Keep { since: since.unwrap_or(Timestamp::MIN), bytes: self.bytes };
        match self.store.forget(&keep).await {
            Ok(true) if self.state.waiting.load(Ordering::Relaxed) > CROWDED => CROWDED_PAUSE,
            Ok(true) => PAUSE,
            Ok(false) => FORGET,
            Err(error) => {
                tracing::warn!(%error, "old calls are not forgotten");
                FORGET
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Outcome, Surface};

    #[test]
    fn followers_get_what_is_long_cut() {
        let of = |log: usize, detail: usize| {
            followed(&Arc::new(CallRecord {
                id: "1".into(),
                at: Timestamp::UNIX_EPOCH,
                micros: 1,
                package: "acme:orders".into(),
                version: "1.0.0".into(),
                action: "act".into(),
                consumer: "loopback".into(),
                surface: Surface::Http,
                outcome: Outcome::Ok,
                code: None,
                detail: "é".repeat(detail / 2).into(),
                log: "é".repeat(log / 2).into(),
                trace: Arc::default(),
            }))
        };
        let short = of(FOLLOWED_LOG, FOLLOWED_DETAIL);
        assert_eq!((short.log.len(), short.detail.len()), (FOLLOWED_LOG, FOLLOWED_DETAIL));
        let long = of(64 << 10, 16 << 10);
        assert!(long.log.len() <= FOLLOWED_LOG + 4 && long.log.ends_with("é …"));
        assert!(long.detail.len() <= FOLLOWED_DETAIL + 4 && long.detail.ends_with("é …"));
    }
}
