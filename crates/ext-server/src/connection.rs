//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Version;
use axum::response::Response;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::front::Streams;
use crate::seldom::Seldom;
use crate::unread::watched;

/// How long a client may take for its first request or the next one, and at most twice as long.
pub const HEADERS: Duration = Duration::from_secs(15);

/// How long a connection may take to finish when it is to end.
pub const FINISH: Duration = Duration::from_secs(30);

/// How long an HTTP/2 connection may stay when nothing goes on, and at most twice as long.
const IDLE: Duration = Duration::from_secs(30);

/// How long whoever reads an answer without an end may take to read the end that it then has.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Marks an answer that ends when the server ends: nobody waits until it is read.
#[derive(Clone)]
pub struct Endless;

/// How connections are served, and where their streams.
pub fn builder(streams: Streams) -> Builder<Streams> {
    let mut builder = Builder::new(streams);
    // Who is idle is looked for here: hyper would set a timer for each request.
    builder.http1().header_read_timeout(None).max_buf_size(64 << 10);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEADERS))
        .max_concurrent_streams(256);
    builder
}

/// Serves a connection until it ends: by the client, because nothing goes on, or because the
/// server is `ending` and what runs has finished.
///
/// # Errors
/// What the connection broke off with.
pub async fn serve<S, F, A>(
    stream: S,
    activity: Arc<Activity>,
    builder: Builder<Streams>,
    mut ending: watch::Receiver<bool>,
    answer: F,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request) -> A,
    A: Future<Output = Response> + Send + 'static,
{
    let of_requests = activity.clone();
    let answers = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let doing = of_requests.request(request.version());
        // Moved around no more: hyper would, some times for each request.
        let (request, unread) = watched(request);
        let answer = Box::pin(answer(request));
        let activity = of_requests.clone();
        async move {
            let response = unread.taken(answer.await).await;
            let has_streams = activity.has_streams.load(Relaxed);
            if !has_streams {
                let is_endless = response.extensions().get::<Endless>().is_some();
                activity.is_endless.store(is_endless, Relaxed);
            }
            // What is there as a whole is on its way now.
            let is_whole = !has_streams && response.body().size_hint().exact().is_some();
            Ok::<_, Infallible>(match is_whole {
                true => response,
                false => response.map(|body| Body::new(Watched::new(body, &doing))),
            })
        }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), answers);
    let mut connection = std::pin::pin!(connection);
    let ends = async {
        tokio::select! {
            _ = ending.wait_for(|ends| *ends) => false,
            () = activity.ceases() => true,
        }
    };
    let mut ends = Seldom::new(ends);
    let ended = poll_fn(|context| match connection.as_mut().poll(context) {
        Poll::Ready(ended) => Poll::Ready(Err(ended)),
        Poll::Pending => Pin::new(&mut ends).poll(context).map(Ok),
    });
    match ended.await {
        Err(ended) => return ended,
        // There is no request that could be finished.
        Ok(true) if !activity.has_streams.load(Relaxed) => return Ok(()),
        Ok(_) => connection.as_mut().graceful_shutdown(),
    }
    // Who does not let it finish is not waited for.
    let patience = if activity.is_endless.load(Relaxed) { LAST_WORDS } else { FINISH };
    timeout(patience, connection).await.unwrap_or(Ok(()))
}

/// What goes on on a connection.
#[derive(Default)]
pub struct Activity {
    /// It has streams (HTTP/2); else its requests come one after the other.
    has_streams: AtomicBool,
    /// The last answer has no end but that of the server; where there are streams, others are
    /// beside it.
    is_endless: AtomicBool,
    /// What the server is doing: requests without an answer yet, and answers that wait for more
    /// of themselves. An answer that waits for the client is not among them.
    doing: AtomicUsize,
    /// How often something happened.
    happened: AtomicU64,
}

impl Activity {
    /// A request came.
    fn request(self: &Arc<Self>, version: Version) -> Doing {
        self.has_streams.store(version == Version::HTTP_2, Relaxed);
        Doing::new(self)
    }

    /// The peer made room for more of what it is sent.
    pub fn written(&self) {
        // With streams a ping is sent now and then, whether anybody wants anything or not.
        if !self.has_streams.load(Relaxed) {
            self.happened.fetch_add(1, Relaxed);
        }
    }

    /// Waits until nothing goes on any more.
    async fn ceases(&self) {
        loop {
            let before = self.happened.load(Relaxed);
            sleep(if self.has_streams.load(Relaxed) { IDLE } else { HEADERS }).await;
            if self.doing.load(Relaxed) == 0 && self.happened.load(Relaxed) == before {
                return;
            }
        }
    }
}

/// Something that the server is doing, until it is dropped.
struct Doing(Arc<Activity>);

impl Doing {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.doing.fetch_add(1, Relaxed);
        Self(activity.clone())
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.0.happened.fetch_add(1, Relaxed);
        self.0.doing.fetch_sub(1, Relaxed);
    }
}

/// The body of an answer, which tells whether it waits for more of itself.
struct Watched {
    body: Body,
    activity: Arc<Activity>,
    waits: Option<Doing>,
}

impl Watched {
    fn new(body: Body, doing: &Doing) -> Self {
        Self { body, activity: doing.0.clone(), waits: None }
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(_) => {
                self.waits = None;
                self.activity.happened.fetch_add(1, Relaxed);
            }
            Poll::Pending if self.waits.is_none() => self.waits = Some(Doing::new(&self.activity)),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::runtime::Handle;
    use tokio::time::Instant;

    use super::*;

    fn here() -> Builder<Streams> {
        builder(Streams::on(vec![Handle::current()]))
    }
    use crate::socket::Socket;

    /// Frames of HTTP/2 (RFC 9113, section 4.1): the beginning of a connection with these
    /// settings, and a request for `/` as the first stream.
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    const NO_WINDOW: &[u8] = &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    const REQUEST: &[u8] = &[0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 1, b'x'];

    /// Sends this, and answers pings until the connection ends.
    async fn client(mut stream: DuplexStream, sent: Vec<u8>) {
        stream.write_all(&sent).await.unwrap();
        let mut head = [0; 9];
        while stream.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let mut payload = vec![0; length];
            if stream.read_exact(&mut payload).await.is_err() {
                return;
            }
            let (is_ping, is_answer) = (head[3] == 6, head[4] & 1 == 1);
            if is_ping && !is_answer {
                let answer = [&[0, 0, 8, 6, 1, 0, 0, 0, 0], &payload[..]].concat();
                let _ = stream.write_all(&answer).await;
            }
        }
    }

    /// Never more of itself.
    struct Waiting;

    impl hyper::body::Body for Waiting {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn connections_of_http2_end_when_nothing_goes_on() {
        let day = Duration::from_secs(24 * 3600);
        let (most, stalled) = (IDLE * 2 + HEADERS, IDLE * 2 + HEADERS + FINISH);
        for (what, sent, waits, between) in [
            ("no request", [PREFACE, SETTINGS, &[]], false, HEADERS..HEADERS * 2),
            ("one request", [PREFACE, SETTINGS, REQUEST], false, IDLE..most),
            ("an answer that waits", [PREFACE, SETTINGS, REQUEST], true, day..day + FINISH * 2),
            ("a client that takes none", [PREFACE, NO_WINDOW, REQUEST], false, IDLE..stalled),
        ] {
            let (server, stream) = tokio::io::duplex(1 << 16);
            let (ends, ending) = watch::channel(false);
            let began = Instant::now();
            let client = tokio::spawn(client(stream, sent.concat()));
            let end = tokio::spawn(async move {
                sleep(day).await;
                ends.send_replace(true);
            });
            let answer = move |_| async move {
                Response::new(if waits { Body::new(Waiting) } else { "there".into() })
            };
            let _ = serve(server, Arc::default(), here(), ending, answer).await;
            let took = began.elapsed();
            assert!(between.contains(&took), "{what}: {took:?}");
            end.abort();
            client.await.unwrap();
        }
    }

    /// How long a connection lasts of this client, to whom this is answered.
    async fn lasts<C: Future<Output = ()> + Send + 'static>(
        client: impl FnOnce(DuplexStream) -> C,
        body: fn() -> Body,
    ) -> Duration {
        let (server, stream) = tokio::io::duplex(1 << 10);
        let (_ends, ending) = watch::channel(false);
        let client = tokio::spawn(client(stream));
        let activity = Arc::<Activity>::default();
        let socket = Socket::new(server, activity.clone());
        let began = Instant::now();
        let answer = move |_| async move { Response::new(body()) };
        let _ = serve(socket, activity, here(), ending, answer).await;
        let took = began.elapsed();
        client.await.unwrap();
        took
    }

    #[tokio::test(start_paused = true)]
    async fn connections_of_http1_end_when_no_request_comes() {
        const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let idle = HEADERS..=HEADERS * 2;
        let reads = async |mut stream: DuplexStream| {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.unwrap();
            all
        };
        let silent = lasts(|stream| async move { drop(reads(stream).await) }, Body::empty);
        let silent = silent.await;
        assert!(idle.contains(&silent), "{silent:?}");
        let slowly = |mut stream: DuplexStream| async move {
            stream.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
            while stream.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let slowly = lasts(slowly, Body::empty).await;
        assert!(idle.contains(&slowly), "{slowly:?}");
        let asks = |mut stream: DuplexStream| async move {
            for _ in 0..10 {
                stream.write_all(REQUEST).await.unwrap();
                sleep(HEADERS - Duration::from_secs(1)).await;
            }
            assert_eq!(reads(stream).await.windows(4).filter(|it| *it == b"200 ").count(), 10);
        };
        let asks = lasts(asks, Body::empty).await;
        assert!((HEADERS * 9..HEADERS * 12).contains(&asks), "{asks:?}");
        // Who makes room from time to time gets all of it.
        let reads_slowly = |mut stream: DuplexStream| async move {
            stream.write_all(REQUEST).await.unwrap();
            let (mut part, mut all) = ([0; 1 << 10], 0);
            loop {
                sleep(HEADERS - Duration::from_secs(1)).await;
                match stream.read(&mut part).await.unwrap() {
                    0 => break,
                    read => all += read,
                }
            }
            assert!(all > 100 << 10);
        };
        let slow = lasts(reads_slowly, || Body::from(vec![0; 100 << 10])).await;
        assert!(slow > HEADERS * 80, "{slow:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_and_never_reads_is_let_go() {
        let (server, mut client) = tokio::io::duplex(1 << 12);
        let sending = tokio::spawn(async move {
            while client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {}
        });
        let (_ends, ending) = watch::channel(false);
        let answer = |_| async { Response::new(Body::from(vec![0; 1 << 12])) };
        let began = Instant::now();
        let activity = Arc::<Activity>::default();
        let socket = Socket::new(server, activity.clone());
        serve(socket, activity, here(), ending, answer).await.unwrap_err();
        assert!(began.elapsed() < HEADERS * 3, "{:?}", began.elapsed());
        sending.await.unwrap();
    }
}
