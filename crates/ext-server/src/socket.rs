//! A connection's socket, from which its peer must read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::connection::Activity;

/// How long a peer may take to make room for more of what it is sent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fails when a write gets nothing across for [`PATIENCE`]: who asks and never reads would keep
/// his connection, and what was answered, for ever. As long as the peer reads no time is taken,
/// so that a connection that is well costs nothing.
pub struct Socket<S> {
    under: S,
    activity: Arc<Activity>,
    /// Since a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Socket<S> {
    /// Of what is written to; of what goes on there, this tells what is written.
    pub fn new(under: S, activity: Arc<Activity>) -> Self {
        Self { under, activity, stalled: None }
    }
}

impl<S: AsyncWrite + Unpin> Socket<S> {
    /// What a write gave, unless it waits for too long.
    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            self.activity.written();
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.under).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.under).poll_write(context, bytes);
        self.watched(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.under).poll_write_vectored(context, parts);
        self.watched(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.under.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket has nothing to flush: what is on its way is the system's.
        Pin::new(&mut self.under).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.under).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_waited_for_so_long() {
        let (server, mut client) = tokio::io::duplex(1);
        let mut server = Socket::new(server, Arc::default());
        let writing = tokio::spawn(async move { (server.write_all(b"four").await, server) });
        // Slow, but each byte makes room for the next one.
        for _ in 0..3 {
            sleep(PATIENCE - Duration::from_secs(1)).await;
            client.read_u8().await.unwrap();
        }
        let (written, mut server) = writing.await.unwrap();
        written.unwrap();
        let began = tokio::time::Instant::now();
        let error = server.write_all(b"more").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
    }
}
