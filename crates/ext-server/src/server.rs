//! Listening, and ending well.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::Version;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, oneshot, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::http;
use crate::platform::Platform;
use crate::settings::{Configuration, StartError, Tls};
use crate::timer::Timer;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 4096;

/// How long a client may take for its headers, or stay without a request.
const HEADERS: Duration = Duration::from_secs(15);

/// How long calls may take to finish when the server ends.
const FINISH: Duration = Duration::from_secs(30);

/// How long whoever reads an answer without an end may take to read the end that it then has.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Marks an answer that ends when the server ends: nobody waits until it is read.
#[derive(Clone)]
pub struct Endless;

/// A server that listens.
pub struct Server {
    platform: Arc<Platform>,
    written: oneshot::Receiver<()>,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Server {
    /// Opens the store, loads what is deployed, listens.
    ///
    /// # Errors
    /// With one message: the address in use, the folder not writable, certificates unreadable.
    pub async fn bind(mut configuration: Configuration) -> Result<Self, StartError> {
        let wanted = configuration.listen;
        let tls = configuration.tls.as_ref().map(acceptor).transpose()?;
        let listener = TcpListener::bind(wanted).await.map_err(|error| {
            StartError::new(format!("the address {wanted} cannot be used: {error}"))
        })?;
        let address = listener.local_addr().map_err(|error| StartError::new(error.to_string()))?;
        configuration.listen = address;
        let (platform, written) = Platform::open(configuration).await?;
        Ok(Self { platform, written, listener, address, tls })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it is made of.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Serves until `end` is there; then finishes what runs.
    pub async fn serve(self, end: impl Future<Output = ()>) {
        let Self { platform, written, listener, tls, .. } = self;
        let service = http::Service::new(platform.clone());
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().header_read_timeout(HEADERS).max_buf_size(64 << 10);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(HEADERS))
            .max_concurrent_streams(256);
        let mut end = std::pin::pin!(end);
        loop {
            let next = async {
                let permit = connections.clone().acquire_owned().await;
                (permit, listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                (Ok(permit), accepted) = next => (permit, accepted),
                () = &mut end => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of files, most likely: others end meanwhile.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let (service, builder, tls) = (service.clone(), builder.clone(), tls.clone());
            let (watcher, ending) = (graceful.watcher(), platform.ending.subscribe());
            tokio::spawn(async move {
                let _permit = permit;
                match tls {
                    None => connection(stream, peer, service, builder, watcher, ending).await,
                    Some(tls) => {
                        let handshake = tokio::time::timeout(HEADERS, tls.accept(stream)).await;
                        if let Ok(Ok(stream)) = handshake {
                            connection(stream, peer, service, builder, watcher, ending).await;
                        }
                    }
                }
            });
        }
        drop(listener);
        platform.ending.send_replace(true);
        let _ = tokio::time::timeout(FINISH, graceful.shutdown()).await;
        let ending = platform.clone();
        // It blocks until the collector has what is left.
        let _ = tokio::task::spawn_blocking(move || ending.traces.shutdown()).await;
        // Calls hold the platform; with the last one the recorder goes, when all is written.
        drop((service, platform));
        let _ = tokio::time::timeout(FINISH, written).await;
    }
}

async fn connection<S>(
    stream: S,
    peer: SocketAddr,
    service: http::Service,
    mut builder: Builder<TokioExecutor>,
    watcher: hyper_util::server::graceful::Watcher,
    mut ending: watch::Receiver<bool>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let first = Arc::new(Notify::new());
    let endless = Arc::new(Notify::new());
    let (came, goes_on) = (first.clone(), endless.clone());
    let answers =
        hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            came.notify_one();
            let request: Request = request.map(axum::body::Body::new);
            // In HTTP/2 others are beside it.
            let is_alone = request.version() < Version::HTTP_2;
            let goes_on = goes_on.clone();
            // Moved around no more: hyper would, some times for each request.
            let answer = Box::pin(service.clone().answer(peer, request));
            async move {
                let answer = answer.await;
                if is_alone && answer.extensions().get::<Endless>().is_some() {
                    goes_on.notify_one();
                }
                Ok::<_, Infallible>(answer)
            }
        });
    builder.http1().timer(Timer::new(HEADERS));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), answers);
    let mut connection = std::pin::pin!(watcher.watch(connection.into_owned()));
    // Whoever does not read an answer does not hear that it ends, and hyper waits for him.
    let unread = async {
        endless.notified().await;
        let _ = ending.wait_for(|it| *it).await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    // hyper's time begins when it knows the protocol, which some never say.
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = tokio::time::sleep(HEADERS) => return,
        () = first.notified() => tokio::select! {
            ended = connection => ended,
            () = unread => return,
        },
    };
    if let Err(error) = ended {
        tracing::debug!(error, %peer, "a connection ended");
    }
}

fn acceptor(files: &Tls) -> Result<TlsAcceptor, StartError> {
    let unreadable = |path: &std::path::Path, error: &dyn std::fmt::Display| {
        StartError::new(format!("{} cannot be used for TLS: {error}", path.display()))
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&files.certificate)
        .map_err(|error| unreadable(&files.certificate, &error))?
        .collect();
    let certificates = certificates.map_err(|error| unreadable(&files.certificate, &error))?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unreadable(&files.key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(certificates, key))
        .map_err(|error| unreadable(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
