//! A future that seldom has something to do, beside one that often has.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Polls a future only when that future was woken, whatever else woke its task: to be asked for
/// nothing costs the other one, which is woken with each request, as much as work.
pub struct Seldom<F> {
    future: Pin<Box<F>>,
    woken: Option<Arc<Woken>>,
}

/// What wakes the task, and says who did.
struct Woken {
    is_woken: AtomicBool,
    task: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

impl<F> Seldom<F> {
    /// Of a future that is polled once, to begin with.
    pub fn new(future: F) -> Self {
        Self { future: Box::pin(future), woken: None }
    }
}

impl<F: Future> Future for Seldom<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, woken } = &mut *self;
        let is_known = woken.as_ref().is_some_and(|it| it.task.will_wake(context.waker()));
        if !is_known {
            let (is_woken, task) = (AtomicBool::new(true), context.waker().clone());
            *woken = Some(Arc::new(Woken { is_woken, task }));
        }
        let Some(woken) = woken.as_ref().filter(|it| it.is_woken.swap(false, Ordering::Acquire))
        else {
            return Poll::Pending;
        };
        future.as_mut().poll(&mut Context::from_waker(&Waker::from(woken.clone())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_polled_when_it_is_woken() {
        let polled = AtomicUsize::new(0);
        let mut sleeps = Box::pin(async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        });
        let counted = std::future::poll_fn(|context| {
            polled.fetch_add(1, Ordering::Relaxed);
            sleeps.as_mut().poll(context)
        });
        let mut seldom = Seldom::new(counted);
        let began = tokio::time::Instant::now();
        let mut others = 0;
        loop {
            tokio::select! {
                biased;
                () = &mut seldom => break,
                () = tokio::time::sleep(Duration::from_secs(1)) => others += 1,
            }
        }
        assert_eq!((began.elapsed().as_secs(), polled.load(Ordering::Relaxed)), (30, 4));
        assert!(others >= 28);
        // In another task, too.
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let mut seldom = Seldom::new(ended);
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut seldom).await.is_err());
        let elsewhere = tokio::spawn(seldom);
        tokio::task::yield_now().await;
        end.send(()).unwrap();
        assert!(elsewhere.await.unwrap().is_ok());
    }
}
