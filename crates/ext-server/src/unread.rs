//! What nobody reads of a request's body.
//!
//! A request may be refused before its body is looked at. What is sent of it all the same would
//! stand before the next request, so that an HTTP/1 connection could only be closed: whoever
//! sends would see that instead of the answer, or with his next request (RFC 9112, section 9.6).
//! So it is taken from the connection before the answer, within limits; where that is too much,
//! the answer says that the connection ends.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Longest that is waited for all of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who has not sent anything for so long waits for the answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Most bytes of it that are taken.
const MOST: u64 = 512 << 20;

/// What may be left of a request's body when there is an answer.
pub struct Unread(Option<oneshot::Receiver<Rest>>);

/// What is left of a body.
struct Rest {
    body: Incoming,
    /// It is on its way; else it is sent only when somebody reads it (RFC 9110, section 10.1.1).
    is_sent: bool,
}

/// A request, of whose body that is known which is not read.
pub fn watched(request: hyper::Request<Incoming>) -> (Request, Unread) {
    // With streams (HTTP/2), one that is not read is in nobody's way.
    if request.version() >= Version::HTTP_2 || request.body().is_end_stream() {
        return (request.map(Body::new), Unread(None));
    }
    let is_sent = !request.headers().contains_key(header::EXPECT);
    let (back, unread) = oneshot::channel();
    let lent = |body| Body::new(Lent { rest: Some(Rest { body, is_sent }), back: Some(back) });
    (request.map(lent), Unread(Some(unread)))
}

impl Unread {
    /// The answer, when nothing is left; one that ends the connection, if something may be.
    pub async fn taken(self, mut response: Response) -> Response {
        // Nothing: read to its end, or somebody still reads.
        let Some(rest) = self.0.and_then(|mut it| it.try_recv().ok()) else { return response };
        let is_little = rest.is_sent && rest.body.size_hint().lower() <= MOST;
        if !is_little || !timeout(PATIENCE, take(rest.body)).await.unwrap_or(false) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// Takes what comes without a pause, and keeps nothing of it. Whether that was all.
async fn take(mut body: Incoming) -> bool {
    let mut left = MOST;
    loop {
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        match timeout(PAUSE, frame).await {
            Ok(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |it| it.len() as u64);
                let Some(rest) = left.checked_sub(bytes) else { return false };
                left = rest;
            }
            Ok(None) => return true,
            Ok(Some(Err(_))) | Err(_) => return false,
        }
    }
}

/// A body that goes back when it is dropped before its end.
struct Lent {
    /// Nothing: it has ended, or broken off.
    rest: Option<Rest>,
    back: Option<oneshot::Sender<Rest>>,
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        // Whoever waits to be asked for it is asked now.
        rest.is_sent = true;
        let frame = ready!(Pin::new(&mut rest.body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.rest = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().is_none_or(|it| it.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), |it| it.body.size_hint())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(rest), Some(back)) = (self.rest.take(), self.back.take())
            && !rest.body.is_end_stream()
        {
            // Nobody waits for it when the connection has ended.
            let _ = back.send(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::runtime::Handle;
    use tokio::sync::watch;
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::connection::{builder, serve};
    use crate::front::Streams;

    const SOON: Duration = Duration::from_millis(50);

    /// What comes until nothing more does, or the connection ends.
    async fn read(stream: &mut DuplexStream) -> String {
        let mut all = Vec::new();
        let mut part = [0; 1 << 10];
        while let Ok(Ok(count @ 1..)) = timeout(SOON, stream.read(&mut part)).await {
            all.extend_from_slice(&part[..count]);
        }
        String::from_utf8(all).unwrap()
    }

    /// The answer to a request with these headers, whose body nobody reads, and which comes in
    /// these parts; how long it took to come; the answer to the next request.
    async fn refused(headers: &str, parts: &[&str]) -> (String, Duration, String) {
        let (server, mut client) = duplex(1 << 16);
        let (_ends, ending) = watch::channel(false);
        let builder = builder(Streams::on(vec![Handle::current()]));
        let answer = |_| async { Response::new("no".into()) };
        let served = tokio::spawn(serve(server, Arc::default(), builder, ending, answer));
        let head = format!("POST / HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        for part in parts {
            sleep(SOON).await;
            client.write_all(part.as_bytes()).await.unwrap();
        }
        let sent = Instant::now();
        let beginning = client.read_u8().await.unwrap();
        let took = sent.elapsed();
        let first = char::from(beginning).to_string() + &read(&mut client).await;
        let _ = client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let next = read(&mut client).await;
        drop(client);
        served.await.unwrap().unwrap();
        (first.to_lowercase(), took, next)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_read_is_not_taken_for_the_next_request() {
        for (headers, parts) in [
            ("content-length: 0", &[][..]),
            ("content-length: 2", &["{", "}"]),
            ("transfer-encoding: chunked", &["2\r\n{}\r\n", "0\r\n\r\n"]),
        ] {
            let (first, took, next) = refused(headers, parts).await;
            assert!(first.ends_with("no") && !first.contains("close"), "{headers}: {first}");
            assert!(next.starts_with("HTTP/1.1 200 "), "{headers}: {next}");
            assert!(took < SOON, "{headers}: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_it_is_too_much_the_answer_says_that_the_connection_ends() {
        for (headers, parts, waits) in [
            ("content-length: 1000000000", &[][..], Duration::ZERO),
            ("content-length: 2\r\nexpect: 100-continue", &[], Duration::ZERO),
            ("content-length: 2", &["{"], PAUSE),
            ("transfer-encoding: chunked", &["2\r\n{}\r\n"], PAUSE),
            ("transfer-encoding: chunked", &["no size\r\n"], Duration::ZERO),
        ] {
            let (first, took, next) = refused(headers, parts).await;
            assert!(first.ends_with("no") && first.contains("\r\nconnection: close"), "{first}");
            assert!(next.is_empty(), "{headers}: {next}");
            assert!((waits..waits + SOON).contains(&took), "{headers}: {took:?}");
        }
    }
}
