//! Listening, and ending well.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::connection::{self, Activity, FINISH, HEADERS};
use crate::files;
use crate::front::Front;
use crate::http;
use crate::peers::Peers;
use crate::platform::Platform;
use crate::settings::{Configuration, StartError, Tls};
use crate::socket::Socket;

/// Connections at once, where as many files may be open; further ones wait to be accepted.
const CONNECTIONS: usize = 4096;

/// One peer on another machine may have one of so many of them.
const SHARE: usize = 4;

/// After so long without a sign of a peer the system asks whether it is there still.
const SILENT: Duration = Duration::from_secs(60);

/// A server that listens.
pub struct Server {
    platform: Arc<Platform>,
    written: oneshot::Receiver<()>,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    front: Front,
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
        let front = Front::start()
            .map_err(|error| StartError::new(format!("the system gives no threads: {error}")))?;
        let (platform, written) = Platform::open(configuration).await?;
        Ok(Self { platform, written, listener, address, tls, front })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it is made of.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Serves until `end` is there; then finishes what runs. Gives whether all of it finished, and
    /// was written down, in the time that it had.
    pub async fn serve(self, end: impl Future<Output = ()>) -> bool {
        let Self { platform, written, listener, tls, front, .. } = self;
        let service = http::Service::new(platform.clone());
        let most = files::most().map_or(CONNECTIONS, |files| CONNECTIONS.min(files / 2).max(1));
        let connections = Arc::new(Semaphore::new(most));
        let peers = Peers::new((most / SHARE).max(1));
        let builder = connection::builder(front.streams());
        let (address, version) = (platform.configuration().listen, env!("CARGO_PKG_VERSION"));
        platform.audit.server("start", address.to_string(), version.to_owned()).await;
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
                // The client has gone meanwhile: the next one has nothing to do with it.
                Err(error) if is_of_client(&error) => continue,
                Err(error) => {
                    // Out of files or memory, most likely: others end meanwhile.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Some(place) = peers.enter(peer.ip()) else {
                tracing::debug!(%peer, "a peer has too many connections");
                continue;
            };
            let _ = stream.set_nodelay(true);
            let _ =
                SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENT));
            // To be read by the thread that serves it.
            let Ok(stream) = stream.into_std() else { continue };
            let (builder, tls) = (builder.clone(), tls.clone());
            // Its own: what all of them count, all processors would fight for.
            let (service, ending) = (Arc::new(service.clone()), platform.ending());
            front.spawn(async move {
                let _until_the_end = (permit, place);
                let Ok(stream) = TcpStream::from_std(stream) else { return };
                let activity = Arc::<Activity>::default();
                let stream = Socket::new(stream, activity.clone());
                let answer = move |request| service.clone().answer(peer, request);
                let ended = match tls {
                    None => connection::serve(stream, activity, builder, ending, answer).await,
                    Some(tls) => match timeout(HEADERS, tls.accept(stream)).await {
                        Ok(Ok(stream)) => {
                            connection::serve(stream, activity, builder, ending, answer).await
                        }
                        _ => return,
                    },
                };
                if let Err(error) = ended {
                    tracing::debug!(error, %peer, "a connection ended");
                }
            });
        }
        drop(listener);
        platform.audit.server("stop", address.to_string(), String::new()).await;
        platform.ending.send_replace(true);
        // All of them have ended when each could be had again.
        let all = u32::try_from(most).unwrap_or(u32::MAX);
        let answered = timeout(FINISH, connections.acquire_many(all)).await.is_ok();
        let traces = platform.traces.clone();
        // Calls hold the platform; with the last one the recorder goes, when all is written.
        drop((service, platform));
        let written = timeout(FINISH, written).await.is_ok();
        // It blocks until the collector has what is left, of the last calls as well.
        let _ = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        answered && written
    }
}

/// Whether a connection was not accepted because of whoever made it, who has ended it already.
fn is_of_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
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
