//! Where calls run.
//!
//! A call begins on the thread that read its request, and most end there before anything else
//! happens. One that computes for long gives way at the next tick of the clock and goes on
//! behind: on threads, one for each processor, that run only when no other wants to, where such
//! calls take turns. What computed for long lately begins there. So an extension that computes
//! without end costs the others nearly nothing, however many of its calls there are: neither
//! processors nor places, since both kinds of calls have places of their own.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ext_host::Host;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinHandle, JoinSet};

use crate::gate::{Gate, Permit};
use crate::machine::processors;
use crate::sched::{Beginning, STALE, give_way, let_others_go};

/// A call that computes no longer is short.
const SHORT: Duration = Duration::from_millis(5);

/// So many short calls of an action in a row, and the next one is expected to be short.
const ONCE_LONG: u8 = 16;

/// Places and threads for calls; calls end with them.
pub struct Workers {
    /// Where is done what holds up no connection.
    home: Handle,
    behind: Option<Runtime>,
    host: Host,
    /// Places in front.
    short: Gate,
    /// Places behind.
    long: Gate,
}

/// A place to run in; given back when dropped.
pub struct Turn {
    _place: Permit,
    is_long: bool,
}

/// A call that is to be made. It stays where it is: whoever waits for it may be moved around
/// without all of it.
pub type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Whether the calls of an action computed for long lately: how many short ones are missing.
#[derive(Default, Clone)]
pub struct Habit(Arc<AtomicU8>);

impl Workers {
    /// As many threads behind as there are processors, for the calls of a host; so many calls run
    /// at once in front, and behind, and so many wait for each. What is to be done when a call
    /// has ended behind is done on the runtime on which this is called.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(host: Host, calls: usize, waiting: usize) -> std::io::Result<Self> {
        let threads = processors();
        let behind = Builder::new_multi_thread()
            .worker_threads(threads)
            // For what reads and writes large values, which is computing as well.
            .max_blocking_threads(threads)
            .thread_name("ext-behind")
            .on_thread_start(give_way)
            // Each turn is long: what became ready meanwhile is looked at after each.
            .event_interval(1)
            .enable_all()
            .build()?;
        let (short, long) = (Gate::new(calls, waiting), Gate::new(calls, waiting));
        Ok(Self { home: Handle::current(), behind: Some(behind), host, short, long })
    }

    /// A place for a call, behind if it is known to be long; `None` when too many wait already.
    pub async fn enter(&self, is_long: bool) -> Option<Turn> {
        let gate = if is_long { &self.long } else { &self.short };
        Some(Turn { _place: gate.enter().await?, is_long })
    }

    /// How many calls run.
    pub fn running(&self) -> usize {
        self.short.running() + self.long.running()
    }

    /// How many calls wait for a place.
    pub fn waiting(&self) -> usize {
        self.short.waiting() + self.long.waiting()
    }

    /// Makes a call, and then what is to be done when it has ended: both also when nobody waits
    /// for it any more. `end` gets `None` when the call was lost by a mistake of the host. `None`:
    /// the server ends.
    ///
    /// `end` never runs behind: what it needs, others wait for as well, and a thread that is kept
    /// from its work must not hold it.
    pub async fn run<T, R, E>(&self, turn: Turn, habit: Habit, call: Call<T>, end: E) -> Option<R>
    where
        T: Send + 'static,
        R: Send + 'static,
        E: FnOnce(Option<T>) -> R + Send + 'static,
    {
        let call = Measured { call, habit, computed: Duration::ZERO };
        if turn.is_long {
            return self.go_on(turn, call, end)?.await.ok();
        }
        let mut begun = Begun { workers: self, rest: Some((turn, call, end)) };
        let ended = poll_fn(|context| match begun.rest.as_mut() {
            None => Poll::Ready(None),
            Some((_, call, _)) => match Pin::new(&mut *call).poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if call.is_long() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            },
        });
        let ended = ended.await;
        let (turn, call, end) = begun.rest.take()?;
        match ended {
            Some(done) => {
                drop(turn);
                Some(end(done))
            }
            None => self.go_on(turn, call, end)?.await.ok(),
        }
    }

    /// Takes a call to its end behind, in short turns.
    fn go_on<T, R, E>(&self, mut turn: Turn, mut call: Measured<T>, end: E) -> Option<JoinHandle<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
        E: FnOnce(Option<T>) -> R + Send + 'static,
    {
        let behind = self.behind.as_ref()?;
        // It leaves its place to the short ones; where there is none behind, it stays: it cannot
        // be sent away any more.
        if !turn.is_long
            && let Some(place) = self.long.try_enter()
        {
            turn = Turn { _place: place, is_long: true };
        }
        let host = self.host.clone();
        let called = behind.spawn(poll_fn(move |context| {
            host.shorten_turns();
            let polled = Pin::new(&mut call).poll(context);
            if polled.is_pending() {
                let_others_go();
            }
            polled
        }));
        Some(self.home.spawn(async move {
            let called = called.await.ok().flatten();
            drop(turn);
            end(called)
        }))
    }

    /// Does what computes for long, and is no call, where it holds up nobody. `None`: it was lost,
    /// with a mistake of the server or its end.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        self.behind.as_ref()?.spawn_blocking(work).await.ok()
    }

    /// Does what is no call where it holds up no connection, as long as somebody waits for it.
    /// `None`: the server ends. What panics there panics here.
    pub async fn at_home<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        // Ends what it has when it is dropped.
        let mut set = JoinSet::new();
        set.spawn_on(work, &self.home);
        match set.join_next().await? {
            Ok(done) => Some(done),
            Err(error) => resume_unwind(error.try_into_panic().ok()?),
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // The last call may hold the platform, and these with it.
        if let Some(behind) = self.behind.take() {
            behind.shutdown_background();
        }
    }
}

impl Habit {
    /// Whether the next call is expected to be long.
    pub fn is_long(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn add(&self, computed: Duration) {
        match computed > SHORT {
            true => self.0.store(ONCE_LONG, Ordering::Relaxed),
            // Two at once may count as one.
            false if self.is_long() => {
                self.0.store(self.0.load(Ordering::Relaxed).saturating_sub(1), Ordering::Relaxed);
            }
            false => {}
        }
    }
}

/// A call, and how long it computed. `None`: it panicked.
struct Measured<T> {
    call: Call<T>,
    habit: Habit,
    computed: Duration,
}

impl<T> Measured<T> {
    fn is_long(&self) -> bool {
        self.computed > SHORT
    }
}

impl<T> Future for Measured<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let beginning = Beginning::now();
        let call = AssertUnwindSafe(|| self.call.as_mut().poll(context));
        // Whose it was is gone with it: nobody sees what a panic left behind.
        let polled = catch_unwind(call).map_or(Poll::Ready(None), |polled| polled.map(Some));
        // A call has many turns: the time in which this thread was kept from one is not its own.
        self.computed += beginning.computed(STALE);
        // What is long is known before it ends: others of the same action do not wait for it.
        if polled.is_ready() || self.is_long() {
            self.habit.add(self.computed);
        }
        polled
    }
}

/// A call in front whose client may go: then it goes on behind.
struct Begun<'a, T, R, E>
where
    T: Send + 'static,
    R: Send + 'static,
    E: FnOnce(Option<T>) -> R + Send + 'static,
{
    workers: &'a Workers,
    rest: Option<(Turn, Measured<T>, E)>,
}

impl<T, R, E> Drop for Begun<'_, T, R, E>
where
    T: Send + 'static,
    R: Send + 'static,
    E: FnOnce(Option<T>) -> R + Send + 'static,
{
    fn drop(&mut self) {
        if let Some((turn, call, end)) = self.rest.take() {
            self.workers.go_on(turn, call, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::Instant;

    fn workers() -> Workers {
        Workers::new(Host::new().unwrap(), 2, 0).unwrap()
    }

    /// Computes for so long at a time, so many times.
    async fn computes(time: Duration, times: u32) -> String {
        for _ in 0..times {
            let until = Instant::now() + time;
            while Instant::now() < until {}
            tokio::task::yield_now().await;
        }
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    /// What a call gives.
    async fn call<T: Send + 'static>(
        workers: &Workers,
        habit: &Habit,
        is_long: bool,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let turn = workers.enter(is_long || habit.is_long()).await?;
        workers.run(turn, habit.clone(), Box::pin(call), |called| called).await?
    }

    #[tokio::test]
    async fn what_computes_for_long_goes_behind() {
        let (workers, habit) = (workers(), Habit::default());
        let here = computes(Duration::ZERO, 1).await;
        let ends = async |time, times| call(&workers, &habit, false, computes(time, times)).await;
        let (short, long) = (Duration::ZERO, SHORT * 3);
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
        assert_eq!(ends(long, 2).await.as_deref(), Some("ext-behind"));
        // The next ones begin there, and then no more.
        for _ in 0..ONCE_LONG {
            assert_eq!(ends(short, 1).await.as_deref(), Some("ext-behind"));
        }
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
        let behind = call(&workers, &habit, true, computes(short, 1)).await;
        assert_eq!(behind.as_deref(), Some("ext-behind"));
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
        let aside = workers.aside(|| std::thread::current().name().map(str::to_owned));
        assert_eq!(aside.await.flatten().as_deref(), Some("ext-behind"));
        assert_eq!((workers.running(), workers.waiting()), (0, 0));
    }

    /// Long calls take all places behind, and short ones find theirs all the same.
    #[tokio::test]
    async fn long_calls_leave_their_place_to_short_ones() {
        let workers = workers();
        let (end, ended) = tokio::sync::watch::channel(false);
        let long = || {
            let mut ended = ended.clone();
            async move {
                computes(SHORT * 3, 2).await;
                ended.wait_for(|it| *it).await.is_ok()
            }
        };
        let calls = async {
            let (first, second) = (Habit::default(), Habit::default());
            let (first, second) =
                (call(&workers, &first, false, long()), call(&workers, &second, false, long()));
            assert_eq!(tokio::join!(first, second), (Some(true), Some(true)));
        };
        let meanwhile = async {
            let patience = Instant::now() + Duration::from_secs(30);
            while workers.long.running() < 2 {
                assert!(Instant::now() < patience);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let short = call(&workers, &Habit::default(), false, async { 7 }).await;
            assert_eq!((workers.running(), short), (2, Some(7)));
            // A third long one is told at once.
            assert!(workers.enter(true).await.is_none());
            end.send_replace(true);
        };
        tokio::join!(calls, meanwhile);
        assert_eq!(workers.running(), 0);
    }

    #[tokio::test]
    async fn a_call_ends_when_nobody_waits() {
        let workers = workers();
        let (ended, mut has_ended) = tokio::sync::oneshot::channel();
        let ended = Mutex::new(Some(ended));
        let call = Box::pin(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            std::thread::current().name().map(str::to_owned)
        });
        let turn = workers.enter(false).await.unwrap();
        let call = workers.run(turn, Habit::default(), call, move |called| {
            let here = std::thread::current().name().map(str::to_owned);
            ended.lock().unwrap().take().unwrap().send((called.flatten(), here)).unwrap();
        });
        assert!(tokio::time::timeout(Duration::from_millis(5), call).await.is_err());
        let (called, ended) = (&mut has_ended).await.unwrap();
        // What is done at its end is done where nothing gives way.
        assert_eq!(called.as_deref(), Some("ext-behind"));
        assert_ne!(ended.as_deref(), Some("ext-behind"));
    }

    #[tokio::test]
    async fn what_is_done_at_home_ends_when_nobody_waits() {
        let workers = workers();
        assert_eq!(workers.at_home(async { 7 }).await, Some(7));
        let (ends, ended) = tokio::sync::oneshot::channel::<()>();
        let endless = workers.at_home(async move {
            let _ends = ends;
            std::future::pending::<()>().await
        });
        assert!(tokio::time::timeout(Duration::from_millis(5), endless).await.is_err());
        let ended = tokio::time::timeout(Duration::from_secs(30), ended).await;
        assert!(ended.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_lost_call_is_none() {
        let workers = workers();
        for is_long in [false, true] {
            let turn = workers.enter(is_long).await.unwrap();
            let lost: Call<()> = Box::pin(async { panic!("a mistake") });
            let ended = workers.run(turn, Habit::default(), lost, |called| called.is_none());
            assert_eq!(ended.await, Some(true));
            assert_eq!(workers.running(), 0);
        }
    }
}
