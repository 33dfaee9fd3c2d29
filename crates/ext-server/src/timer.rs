//! The timer of a connection.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt;

/// A timer for one thing at a time, which nearly always ends before its time is over: headers
/// that come, of one request after the other.
///
/// The runtime's own timer under it is set once, and set again when it goes off too early,
/// instead of being set and taken back with every request.
#[derive(Clone)]
pub struct Timer(Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>);

/// Until then.
struct Sleep {
    deadline: Instant,
    under: Timer,
}

impl Timer {
    /// A timer that is asked at the earliest after so long.
    pub fn new(first: Duration) -> Self {
        Self(Arc::new(Mutex::new(Box::pin(tokio::time::sleep(first)))))
    }
}

impl rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(Sleep { deadline, under: self.clone() })
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let mut under = self.under.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Later deadlines wait until the earlier one is over, earlier ones do not wait.
        if under.deadline() > deadline {
            under.as_mut().reset(deadline);
        }
        loop {
            match under.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if under.deadline() >= deadline => return Poll::Ready(()),
                Poll::Ready(()) => under.as_mut().reset(deadline),
            }
        }
    }
}

impl rt::Sleep for Sleep {}

#[cfg(test)]
mod tests {
    use hyper::rt::Timer as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ends_at_its_time() {
        let second = Duration::from_secs(1);
        let timer = Timer::new(second * 2);
        let begun = tokio::time::Instant::now();
        let at = |seconds: u32| begun.into_std() + second * seconds;
        // Later than the one under it, earlier than what was asked last, and over already.
        for seconds in [3, 4] {
            let earlier = tokio::time::timeout(second / 2, timer.sleep_until(at(seconds))).await;
            assert!(earlier.is_err());
            timer.sleep_until(at(seconds)).await;
            assert_eq!(begun.elapsed().as_secs(), u64::from(seconds));
        }
        let late = tokio::time::timeout(second, timer.sleep_until(at(100))).await;
        assert!(late.is_err());
        timer.sleep_until(at(6)).await;
        timer.sleep_until(at(1)).await;
        assert_eq!(begun.elapsed().as_secs(), 6);
    }
}
