//! Where calls run.
//!
//! A call begins on the thread that read its request, and most end there before anything else
//! happens. One that computes for long gives way at the next tick of the clock and goes on
//! behind: on threads, one for each processor, that run only when no other wants to, where such
//! calls take turns. What computed for long lately begins there. So an extension that computes
//! without end costs the others nearly nothing, however many of its calls there are.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ext_host::Host;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::sched::{Beginning, give_way, let_others_go};

/// A call that computes no longer is short.
const SHORT: Duration = Duration::from_millis(5);

/// So many short calls of an action in a row, and the next one is expected to be short.
const ONCE_LONG: u8 = 16;

/// The threads; calls end with them.
pub struct Workers {
    behind: Option<Runtime>,
    host: Host,
}

/// A call that is to be made. It stays where it is: whoever waits for it may be moved around
/// without all of it.
pub type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Whether the calls of an action computed for long lately: how many short ones are missing.
#[derive(Default, Clone)]
pub struct Habit(Arc<AtomicU8>);

impl Workers {
    /// As many threads as there are processors, for the calls of a host.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(host: Host) -> std::io::Result<Self> {
        let behind = Builder::new_multi_thread()
            .thread_name("ext-behind")
            .on_thread_start(give_way)
            // Each turn is long: what became ready meanwhile is looked at after each.
            .event_interval(1)
            .enable_all()
            .build()?;
        Ok(Self { behind: Some(behind), host })
    }

    /// Makes a call, to its end also when nobody waits for it any more; one that is known to be
    /// long, or an action's that has the habit, behind from its beginning. `None`: it was lost,
    /// with a mistake of the host or the end of the server.
    pub async fn run<T: Send + 'static>(
        &self,
        habit: Habit,
        is_long: bool,
        call: Call<T>,
    ) -> Option<T> {
        let behind = Behind { runtime: self.behind.as_ref()?.handle(), host: &self.host };
        let is_long = is_long || habit.is_long();
        let call = Measured { call, habit, computed: Duration::ZERO };
        if is_long {
            return behind.spawn(call).await.ok();
        }
        let mut call = Abandoned { call: Some(call), behind };
        let ended = poll_fn(|context| match call.call.as_mut() {
            None => Poll::Ready(None),
            Some(call) => match Pin::new(&mut *call).poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if call.is_long() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            },
        });
        let ended = ended.await;
        let call = call.call.take()?;
        match ended {
            Some(done) => Some(done),
            None => behind.spawn(call).await.ok(),
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
    fn is_long(&self) -> bool {
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

/// A call, and how long it computed.
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
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let beginning = Beginning::now();
        let polled = self.call.as_mut().poll(context);
        self.computed += beginning.computed(SHORT);
        // What is long is known before it ends: others of the same action do not wait for it.
        if polled.is_ready() || self.is_long() {
            self.habit.add(self.computed);
        }
        polled
    }
}

/// Where calls go on that compute for long.
#[derive(Clone, Copy)]
struct Behind<'a> {
    runtime: &'a Handle,
    host: &'a Host,
}

impl Behind<'_> {
    /// Takes a call to its end, in short turns.
    fn spawn<T: Send + 'static>(self, mut call: Measured<T>) -> JoinHandle<T> {
        let host = self.host.clone();
        self.runtime.spawn(poll_fn(move |context| {
            host.shorten_turns();
            let polled = Pin::new(&mut call).poll(context);
            if polled.is_pending() {
                let_others_go();
            }
            polled
        }))
    }
}

/// A call whose client may go: then it goes on behind.
struct Abandoned<'a, T: Send + 'static> {
    call: Option<Measured<T>>,
    behind: Behind<'a>,
}

impl<T: Send + 'static> Drop for Abandoned<'_, T> {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.behind.spawn(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::time::Instant;

    /// Computes for so long at a time, so many times.
    async fn computes(time: Duration, times: u32) -> String {
        for _ in 0..times {
            let until = Instant::now() + time;
            while Instant::now() < until {}
            tokio::task::yield_now().await;
        }
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn what_computes_for_long_goes_behind() {
        let (workers, habit) = (Workers::new(Host::new().unwrap()).unwrap(), Habit::default());
        let here = computes(Duration::ZERO, 1).await;
        let ends = async |time, times| {
            workers.run(habit.clone(), false, Box::pin(computes(time, times))).await
        };
        let (short, long) = (Duration::ZERO, SHORT * 3);
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
        assert_eq!(ends(long, 2).await.as_deref(), Some("ext-behind"));
        // The next ones begin there, and then no more.
        for _ in 0..ONCE_LONG {
            assert_eq!(ends(short, 1).await.as_deref(), Some("ext-behind"));
        }
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
        let call = workers.run(habit.clone(), true, Box::pin(computes(short, 1)));
        assert_eq!(call.await.as_deref(), Some("ext-behind"));
        assert_eq!(ends(short, 1).await.as_deref(), Some(&*here));
    }

    #[tokio::test]
    async fn a_call_ends_when_nobody_waits() {
        let workers = Workers::new(Host::new().unwrap()).unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let of_call = ended.clone();
        let call = Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            of_call.store(true, Ordering::Relaxed);
        });
        let call = workers.run(Habit::default(), false, call);
        assert!(tokio::time::timeout(Duration::from_millis(5), call).await.is_err());
        let patience = Instant::now() + Duration::from_secs(10);
        while !ended.load(Ordering::Relaxed) {
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_lost_call_is_none() {
        let workers = Workers::new(Host::new().unwrap()).unwrap();
        let habit = Habit(Arc::new(AtomicU8::new(1)));
        let call = Box::pin(async { panic!("a mistake") });
        assert_eq!(workers.run(habit, false, call).await, None::<()>);
    }
}
