//! Where connections are served: on threads in front, one for each processor, each with an event
//! loop of its own.
//!
//! Threads that share their work wake one another to look for more of it: with calls of a tenth
//! of a millisecond as often as there are calls, and whoever is woken takes a processor from
//! somebody. So a connection stays on its thread. What is done there has to be short: what is no
//! call is done elsewhere, and calls that compute for long go on [behind](crate::workers).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::machine::processors;

/// The threads; they end with it, and what they serve ends with them.
pub struct Front(Vec<Thread>);

struct Thread {
    handle: Handle,
    /// Each connection that it serves has this as well.
    connections: Arc<()>,
    /// The thread ends when this is gone.
    _ends: oneshot::Sender<()>,
}

impl Front {
    /// Starts as many threads as there are processors.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start() -> io::Result<Self> {
        (0..processors()).map(|_| Thread::start()).collect::<io::Result<_>>().map(Self)
    }

    /// Serves a connection on the thread that has the fewest.
    pub fn spawn(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let fewest = self.0.iter().min_by_key(|it| Arc::strong_count(&it.connections));
        // There is at least one processor.
        let Some(thread) = fewest else { return };
        let counted = thread.connections.clone();
        thread.handle.spawn(async move {
            let _until_the_end = counted;
            connection.await;
        });
    }

    /// Where the streams of connections are served.
    pub fn streams(&self) -> Streams {
        Streams::on(self.0.iter().map(|it| it.handle.clone()).collect())
    }
}

impl Thread {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (ends, ended) = oneshot::channel();
        thread::Builder::new().name("ext-front".into()).spawn(move || {
            let _ = runtime.block_on(ended);
            // What blocks a thread still would be waited for.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, connections: Arc::default(), _ends: ends })
    }
}

/// Serves the streams of HTTP/2 connections, on one thread after the other: a proxy may send the
/// requests of many over one connection.
#[derive(Clone)]
pub struct Streams(Arc<Shared>);

struct Shared {
    threads: Vec<Handle>,
    next: AtomicUsize,
}

impl Streams {
    /// On the threads of these runtimes.
    pub fn on(threads: Vec<Handle>) -> Self {
        Self(Arc::new(Shared { threads, next: AtomicUsize::new(0) }))
    }
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let Shared { threads, next } = &*self.0;
        if let Some(thread) = threads.get(next.fetch_add(1, Relaxed) % threads.len().max(1)) {
            thread.spawn(stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::thread::ThreadId;
    use std::time::Duration;

    use hyper::rt::Executor;
    use tokio::sync::{mpsc, watch};
    use tokio::time::timeout;

    use super::*;

    /// On which threads they are, and how many on each.
    async fn count(mut there: mpsc::Receiver<ThreadId>, all: usize) -> Vec<usize> {
        let mut counts = HashMap::<_, usize>::new();
        for _ in 0..all {
            *counts.entry(there.recv().await.unwrap()).or_default() += 1;
        }
        counts.into_values().collect()
    }

    #[tokio::test]
    async fn each_thread_has_its_share() {
        let front = Front::start().unwrap();
        let threads = front.0.len();
        let (sender, there) = mpsc::channel(1);
        let (end, ended) = watch::channel(());
        for _ in 0..threads * 3 {
            let (sender, mut ended) = (sender.clone(), ended.clone());
            front.spawn(async move {
                sender.send(thread::current().id()).await.unwrap();
                let _ = ended.changed().await;
            });
        }
        assert_eq!(count(there, threads * 3).await, vec![3; threads]);
        // Those that have ended count no more.
        drop((end, ended));
        while front.0.iter().any(|it| Arc::strong_count(&it.connections) > 1) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (sender, there) = mpsc::channel(1);
        let streams = front.streams();
        for _ in 0..threads * 2 {
            let sender = sender.clone();
            streams.execute(async move { sender.send(thread::current().id()).await.unwrap() });
        }
        assert_eq!(count(there, threads * 2).await, vec![2; threads]);
    }

    #[tokio::test]
    async fn what_is_served_ends_with_the_front() {
        let front = Front::start().unwrap();
        let (ends, ended) = oneshot::channel::<()>();
        front.spawn(async move {
            let _ends = ends;
            std::future::pending().await
        });
        drop(front);
        let ended = timeout(Duration::from_secs(30), ended).await;
        assert!(ended.unwrap().is_err());
    }
}
