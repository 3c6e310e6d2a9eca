//! The server: one loopback port with `/rpc` (POST and WebSocket), `/events`, `/session`, the probes, the document and the
//! chat interface, behind one guard. Its own accept loop, since the library's knows no header timeout and no places for strangers.
//!
//! A request passes, in this order: the socket's limits (`socket`, `accept`), the guard (`guard`: Host, Origin,
//! fetch metadata), the route (`route`: method, content type, credential, body), and only then JSON-RPC (`call`).
//! What a method does is known to the registry's handlers alone.

mod accept;
mod call;
mod guard;
mod headers;
mod interface;
pub mod limits;
mod places;
mod refusal;
mod route;
mod socket;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::credential::CredentialStore;
use crate::registry::Registry;
use crate::session::Sessions;
use headers::Security;
pub use interface::{Asset, Interface};
use limits::Timing;
use places::Places;

/// Answers `/readyz`: whether the node is ready to serve.
pub type Ready = Arc<dyn Fn() -> bool + Send + Sync>;
/// Renders `/metrics` in the Prometheus text format.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What a server serves, where and to whom.
pub struct ServerConfig {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The methods.
    pub registry: Registry,
    /// The tokens.
    pub credentials: Arc<dyn CredentialStore>,
    /// Whether the node is ready.
    pub ready: Ready,
    /// The node's metrics; the server adds its own.
    pub metrics: Metrics,
    /// The chat interface; without one `/` is not found.
    pub interface: Option<Arc<dyn Interface>>,
    /// The interface's tickets and sessions; without them `/session` is not found. Sessions count as credentials only if
    /// `credentials` knows them.
    pub sessions: Option<Arc<Sessions>>,
    /// Further paths (blobs, webhooks). They stand behind the guard but check their own credentials.
    pub extra: Option<Router>,
    /// How long clients may take.
    pub timing: Timing,
}

impl ServerConfig {
    /// A server that is ready, has no metrics but its own, no interface and no further paths.
    #[must_use]
    pub fn new(listen: SocketAddr, registry: Registry, credentials: Arc<dyn CredentialStore>) -> Self {
        Self {
            listen,
            registry,
            credentials,
            ready: Arc::new(|| true),
            metrics: Arc::new(String::new),
            interface: None,
            sessions: None,
            extra: None,
            timing: Timing::default(),
        }
    }
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Others than this machine could reach it.
    #[error("{listen} is not a loopback address")]
    NotLoopback {
        /// Where it should have listened.
        listen: SocketAddr,
    },
    /// Somebody else is there, or the address is not ours.
    #[error("cannot listen on {listen}")]
    Bind {
        /// Where it should have listened.
        listen: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

/// What the server has done since it started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    accepted: AtomicU64,
    evicted: AtomicU64,
    refused: AtomicU64,
    requests: AtomicU64,
    websockets: AtomicU64,
}

impl Counters {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn render(&self) -> String {
        let rows = [
            ("accepted", &self.accepted),
            ("evicted", &self.evicted),
            ("refused", &self.refused),
            ("requests", &self.requests),
            ("websockets", &self.websockets),
        ];
        rows.iter()
            .map(|(name, counter)| {
                let value = counter.load(Ordering::Relaxed);
                format!("# TYPE folkmoot_rpc_{name}_total counter\nfolkmoot_rpc_{name}_total {value}\n")
            })
            .collect()
    }
}

/// What every connection of a server shares.
pub(crate) struct Shared {
    address: SocketAddr,
    security: Security,
    registry: Registry,
    credentials: Arc<dyn CredentialStore>,
    ready: Ready,
    metrics: Metrics,
    interface: Option<Arc<dyn Interface>>,
    sessions: Option<Arc<Sessions>>,
    extra: Option<Router>,
    timing: Timing,
    places: Places,
    counters: Counters,
    rpc: call::RpcFactory,
    /// No new requests.
    stopping: CancellationToken,
    /// No more bytes.
    killed: CancellationToken,
    sockets: TaskTracker,
}

/// A running server. Dropping it lets it run; [`Server::stop`] ends it.
pub struct Server {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens and serves.
    ///
    /// # Errors
    /// If the address is not a loopback address or cannot be bound.
    pub async fn start(config: ServerConfig) -> Result<Self, ServerError> {
        let listen = config.listen;
        if !listen.ip().is_loopback() {
            return Err(ServerError::NotLoopback { listen });
        }
        let bind = |source| ServerError::Bind { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        if let Some(sessions) = &config.sessions {
            sessions.listen_at(address);
        }
        let shared = Arc::new(Shared {
            address,
            security: Security::new(address),
            rpc: call::RpcFactory::new(config.registry.methods(), &config.timing),
            registry: config.registry,
            credentials: config.credentials,
            ready: config.ready,
            metrics: config.metrics,
            interface: config.interface,
            sessions: config.sessions,
            extra: config.extra,
            timing: config.timing,
            places: Places::new(limits::STRANGERS_MAX, limits::CONNECTIONS_MAX),
            counters: Counters::default(),
            stopping: CancellationToken::new(),
            killed: CancellationToken::new(),
            sockets: TaskTracker::new(),
        });
        let accepting = tokio::spawn(accept::run(listener, Arc::clone(&shared)));
        Ok(Self { shared, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// `ws://127.0.0.1:PORT/rpc`
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://{}/rpc", self.shared.address)
    }

    /// Takes no more requests, lets running ones end within `grace`, then closes what is left. Returns once every
    /// socket is closed.
    pub async fn stop(self, grace: Duration) {
        self.shared.stopping.cancel();
        self.shared.rpc.stop();
        self.shared.sockets.close();
        if tokio::time::timeout(grace, self.shared.sockets.wait()).await.is_err() {
            self.shared.killed.cancel();
            self.shared.sockets.wait().await;
        }
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "the accept loop failed");
        }
    }
}

#[cfg(test)]
mod tests;
