//! Streams, without a library of them.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;

/// What comes next; `None`: nothing more.
pub async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}
