//! Wires the actors of a node together and owns the order in which they stop. Nothing else.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use folkmoot_core::{ids::ServerId, invite::InviteLink};
use folkmoot_identity::{DeviceKey, IdentityState, Keystore, KeystoreError};
use folkmoot_ledger::{Ledger, LedgerError, LedgerOptions, OpenError};
use folkmoot_overlay::{Address, EventReceiver, Offered, Overlay, OverlayConfig, OverlayError, OverlayHandle};
use folkmoot_rpc::{
    Endpoint, RegistryError, Server, ServerConfig, Sessions,
    credential::{AdminOnly, CredentialError, issue_admin_token},
    server::ServerError,
};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    api,
    clock::now_ms,
    config::Config,
    contacts::Contacts,
    directory::{self, Directory},
    housekeeping, inbound,
    interface::Embedded,
    join::{self, KnockError},
    listen,
    log_index::LogIndex,
    pipeline::{LoadError, Me, Pipeline, PipelineError, Wiring},
    presence::{self, Presences, Speaker},
    sync::{Peers, Reach, Sync, SyncHandle},
    topics::Topics,
    view::Views,
};

/// Longest the fronts may take to finish what they are doing.
const GRACE: std::time::Duration = std::time::Duration::from_secs(5);

/// Why a node does not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The data folder cannot be made or used.
    #[error("cannot use the data folder {}", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another node runs on the same data folder.
    #[error("a node runs on {} already{}", path.display(), at.as_ref().map(|url| format!(", at {url}")).unwrap_or_default())]
    Running {
        /// The folder.
        path: PathBuf,
        /// Where its API is, if it says so.
        at: Option<String>,
    },
    /// The keys cannot be read.
    #[error("cannot open the keys")]
    Keystore(#[source] KeystoreError),
    /// The passphrase file cannot be read.
    #[error("cannot read the passphrase file {}", path.display())]
    PassphraseFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The ledger cannot be opened.
    #[error("cannot open the ledger")]
    Ledger(#[source] OpenError),
    /// The ledger opened but its content makes no state.
    #[error("cannot load the ledger")]
    Load(#[source] LoadError),
    /// A listen or bootstrap address is none.
    #[error("{text} is not an address; expected for example /ip4/0.0.0.0/udp/4001/quic-v1 or /ip4/0.0.0.0/tcp/4001")]
    Address {
        /// What was given.
        text: String,
    },
    /// The overlay does not start.
    #[error("cannot join the overlay")]
    Overlay(#[source] OverlayError),
    /// The API does not start.
    #[error("cannot serve the API")]
    Server(#[source] ServerError),
    /// The token cannot be made.
    #[error("cannot make the API token")]
    Token(#[source] CredentialError),
    /// `endpoint.json` cannot be written.
    #[error("cannot announce the API")]
    Endpoint(#[source] std::io::Error),
    /// A method has no handler.
    #[error("the API is incomplete")]
    Registry(#[source] RegistryError),
    /// No thread for the pipeline.
    #[error("cannot start the pipeline")]
    Thread(#[source] std::io::Error),
    /// The pipeline stopped while starting.
    #[error("the pipeline stopped")]
    Pipeline(#[source] PipelineError),
    /// Writing failed for good.
    #[error("the ledger failed")]
    Storage(#[source] Arc<LedgerError>),
}

/// What the fronts of a node work with.
pub struct Inner {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Keys.
    pub keystore: Arc<Keystore>,
    /// What was said.
    pub ledger: Ledger,
    /// The one road into the ledger.
    pub pipeline: Pipeline,
    /// Peers.
    pub overlay: OverlayHandle,
    /// What readers see of servers.
    pub views: Arc<Views>,
    /// What readers see of logs.
    pub log_index: Arc<LogIndex>,
    /// What its person keeps of others.
    pub contacts: Contacts,
    /// Who is there.
    pub presences: Arc<Presences>,
    /// Catch-up.
    pub sync: SyncHandle,
    /// The interface's tickets and sessions.
    pub sessions: Arc<Sessions>,
    /// Public servers.
    pub directory: Arc<Directory>,
    /// How often strangers may come in.
    pub rates: join::Rates,
    /// When the node started.
    pub started: Instant,
    /// Cancelled when the node shall stop.
    pub shutdown: CancellationToken,
    /// Held while the identity is created, locked or unlocked: one at a time, keys and world together.
    pub identity: tokio::sync::Mutex<()>,
    /// Number of the newest event whose objects readers can see.
    pub seen: tokio::sync::watch::Receiver<u64>,
}

/// A running node.
pub struct Node {
    inner: Arc<Inner>,
    server: Server,
    endpoint: PathBuf,
    tasks: TaskTracker,
    pipeline_thread: std::thread::JoinHandle<()>,
    failures: mpsc::Receiver<Arc<LedgerError>>,
}

impl Node {
    /// Starts everything; when this returns the API answers and `endpoint.json` is there.
    ///
    /// # Errors
    /// [`NodeError`]; nothing is left running.
    pub async fn start(data_dir: &Path, config: &Config) -> Result<Self, NodeError> {
        let started = Instant::now();
        let keystore = open_keys(data_dir, config).await?;
        let ledger = open_ledger(data_dir).await?;
        let bootstrap = addresses(&config.bootstrap)?;
        let overlay = start_overlay(data_dir, config, &keystore).await?;
        let Overlay { handle: overlay, events, listening } = overlay;
        listen::remember_port(data_dir, &listening);

        let shutdown = CancellationToken::new();
        let (views, log_index) = (Arc::new(Views::default()), Arc::new(LogIndex::default()));
        let presences = Arc::new(Presences::default());
        let (sync, sync_inbox) = SyncHandle::channel();
        let (failed, failures) = mpsc::channel(1);
        let (shown, seen) = tokio::sync::watch::channel(*ledger.head().borrow());
        let wiring = Wiring {
            ledger: ledger.clone(),
            overlay: overlay.clone(),
            views: Arc::clone(&views),
            log_index: Arc::clone(&log_index),
            topics: Topics::start(overlay.clone()),
            presences: Arc::clone(&presences),
            wants_sync: sync.nudges(),
            shown,
            failed,
        };
        let (pipeline, pipeline_thread) = Pipeline::start(wiring).map_err(NodeError::Thread)?;
        let (directory, offered) = Directory::new(pipeline.clone(), overlay.clone(), Arc::clone(&views));
        let inner = Arc::new(Inner {
            data_dir: data_dir.to_owned(),
            keystore,
            ledger,
            pipeline,
            overlay,
            views,
            log_index,
            contacts: Contacts::default(),
            presences,
            sync: sync.clone(),
            sessions: Arc::new(Sessions::new(now_ms)),
            directory,
            rates: join::Rates::default(),
            started,
            shutdown,
            identity: tokio::sync::Mutex::new(()),
            seen,
        });
        if inner.keystore.state() == IdentityState::Ready {
            inner.load().await?;
        }
        let tasks = TaskTracker::new();
        inner.spawn_tasks(&tasks, events, (sync, sync_inbox), bootstrap, offered);
        let (server, endpoint) = match serve_api(&inner, config).await {
            Ok(served) => served,
            Err(error) => {
                inner.shutdown.cancel();
                tasks.close();
                tasks.wait().await;
                inner.overlay.shutdown().await;
                return Err(error);
            }
        };
        inner.publish_addresses().await;
        Ok(Self { inner, server, endpoint, tasks, pipeline_thread, failures })
    }

    /// What the fronts work with.
    #[must_use]
    pub const fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Waits until the node is told to stop or cannot go on, then stops it in order: fronts, overlay, pipeline drained, ledger
    /// flushed.
    ///
    /// # Errors
    /// [`NodeError::Storage`] when it could not go on.
    pub async fn run(mut self) -> Result<(), NodeError> {
        let failure = tokio::select! {
            () = self.inner.shutdown.cancelled() => None,
            failure = self.failures.recv() => match failure {
                Some(error) => Some(NodeError::Storage(error)),
                // Its thread alone holds the sender.
                None => Some(NodeError::Pipeline(PipelineError::Stopped)),
            },
        };
        self.inner.shutdown.cancel();
        self.server.stop(GRACE).await;
        if let Err(error) = Endpoint::remove(&self.endpoint) {
            tracing::warn!(%error, "endpoint.json could not be removed");
        }
        self.tasks.close();
        self.tasks.wait().await;
        self.inner.overlay.shutdown().await;
        let ledger = self.inner.ledger.clone();
        drop(self.inner);
        let thread = self.pipeline_thread;
        let closed = tokio::task::spawn_blocking(move || {
            let joined = thread.join();
            ledger.close();
            joined
        });
        if !matches!(closed.await, Ok(Ok(()))) {
            tracing::error!("the pipeline ended in a panic");
        }
        failure.map_or(Ok(()), Err)
    }
}

impl Inner {
    /// Unlocks the ledger with the account's key and loads the world. For a keystore that is ready.
    ///
    /// # Errors
    /// [`NodeError::Load`].
    pub async fn load(&self) -> Result<(), NodeError> {
        let Some(account) = self.keystore.account() else { return Ok(()) };
        let ledger = self.ledger.clone();
        let key = account.store_key();
        tokio::task::spawn_blocking(move || ledger.unlock(key))
            .await
            .map_err(|_| NodeError::Pipeline(PipelineError::Stopped))?
            .map_err(|error| NodeError::Load(error.into()))?;
        let ledger = self.ledger.clone();
        let read = ledger.snapshot().and_then(|snapshot| self.contacts.load(&snapshot));
        read.map_err(|error| NodeError::Load(error.into()))?;
        let me = Me { account, device: Arc::new(DeviceKey::from_seed(self.keystore.device().seed())) };
        self.pipeline.act(move |turn| turn.load(me)).await.map_err(NodeError::Pipeline)?.map_err(NodeError::Load)?;
        let ledger = self.ledger.clone();
        let own = tokio::task::spawn_blocking(move || presence::Own::kept(&ledger))
            .await
            .map_err(|_| NodeError::Pipeline(PipelineError::Stopped))?
            .map_err(|error| NodeError::Load(error.into()))?;
        self.presences.set_own(own);
        Ok(())
    }

    /// Forgets everything unsealed; the keystore is locked already.
    pub async fn unload(&self) {
        let told = self.presences.own().is_some_and(|own| own.said().is_some());
        self.presences.clear();
        if told {
            let servers = self.views.server_ids();
            presence::say(&self.presences, &self.pipeline, &self.overlay, &servers, presence::goodbye()).await;
        }
        if let Err(error) = self.pipeline.act(|turn| turn.unload()).await {
            tracing::debug!(%error, "nothing to forget");
        }
        self.contacts.clear();
        self.ledger.lock();
    }

    /// Addresses with peer id at which others may reach this node: public first, loopback last.
    pub async fn reachable_addresses(&self) -> Vec<String> {
        let Ok(status) = self.overlay.status().await else { return Vec::new() };
        let device = self.overlay.device();
        listen::sorted(&status.listening).iter().map(|address| address.with_device(&device).to_string()).collect()
    }

    /// Tells the members of all servers where this node is reachable.
    pub async fn publish_addresses(&self) {
        let Ok(status) = self.overlay.status().await else { return };
        let addresses: Vec<String> =
            listen::sorted(&status.listening).iter().map(|a| a.without_device().to_string()).collect();
        if let Err(error) = self.pipeline.act(move |turn| turn.publish_addresses(addresses)).await {
            tracing::debug!(%error, "addresses not published");
        }
    }

    /// Joins by a link now; when nobody answers, the link is kept and tried again.
    ///
    /// # Errors
    /// [`KnockError`].
    pub async fn join(&self, link: &InviteLink) -> Result<(), KnockError> {
        match join::knock(&self.pipeline, &self.overlay, link).await {
            Ok(()) => {
                self.joined(&link.server).await;
                Ok(())
            }
            Err(error) => {
                if error.may_pass() {
                    join::keep_link(&self.pipeline, link).await;
                }
                Err(error)
            }
        }
    }

    /// Joins a public server now; when no member's door is found or opens, it is kept and tried again.
    ///
    /// # Errors
    /// [`KnockError`].
    pub async fn join_public(&self, server: ServerId) -> Result<(), KnockError> {
        match join::find(&self.pipeline, &self.overlay, &self.directory, server).await {
            Ok(()) => {
                self.joined(&server).await;
                Ok(())
            }
            Err(error) => {
                if error.may_pass() {
                    join::keep_public(&self.pipeline, &self.ledger, server).await;
                }
                Err(error)
            }
        }
    }

    async fn joined(&self, server: &ServerId) {
        join::forget(&self.pipeline, server).await;
        self.publish_addresses().await;
        self.directory.ring();
    }

    fn spawn_tasks(
        self: &Arc<Self>,
        tasks: &TaskTracker,
        events: EventReceiver,
        (sync, sync_inbox): (SyncHandle, crate::sync::Inbox),
        bootstrap: Vec<Address>,
        offered: mpsc::Receiver<Offered>,
    ) {
        let reach = Reach {
            pipeline: self.pipeline.clone(),
            overlay: self.overlay.clone(),
            views: Arc::clone(&self.views),
            log_index: Arc::clone(&self.log_index),
        };
        let actor = Sync::new(sync, sync_inbox, reach, self.shutdown.clone());
        tasks.spawn(actor.run());
        tasks.spawn(inbound::run(Arc::clone(self), events));
        tasks.spawn(housekeeping::run(Arc::clone(self)));
        tasks.spawn(housekeeping::join_kept(Arc::clone(self)));
        tasks.spawn(directory::take_offered(Arc::clone(&self.directory), offered, self.shutdown.clone()));
        tasks.spawn(directory::announce(Arc::clone(&self.directory), self.shutdown.clone()));
        tasks.spawn(housekeeping::wipe(Arc::clone(self)));
        let peers = Peers {
            pipeline: self.pipeline.clone(),
            overlay: self.overlay.clone(),
            views: Arc::clone(&self.views),
            bootstrap,
            shutdown: self.shutdown.clone(),
        };
        tasks.spawn(peers.run());
        let speaker = Speaker {
            presences: Arc::clone(&self.presences),
            pipeline: self.pipeline.clone(),
            overlay: self.overlay.clone(),
            views: Arc::clone(&self.views),
            shutdown: self.shutdown.clone(),
        };
        tasks.spawn(speaker.run());
    }
}

async fn open_keys(data_dir: &Path, config: &Config) -> Result<Arc<Keystore>, NodeError> {
    let (data_dir, passphrase_file) = (data_dir.to_owned(), config.passphrase_file.clone());
    let opened = tokio::task::spawn_blocking(move || {
        make_private(&data_dir)?;
        let keystore = Keystore::open(&data_dir).map_err(|error| match error {
            KeystoreError::InUse { .. } => running(&data_dir),
            other => NodeError::Keystore(other),
        })?;
        if let Some(path) = passphrase_file
            && keystore.state() == IdentityState::Locked
        {
            let text = std::fs::read_to_string(&path)
                .map_err(|source| NodeError::PassphraseFile { path: path.clone(), source })?;
            let text = zeroize::Zeroizing::new(text);
            let first_line = text.lines().next().unwrap_or_default();
            keystore.unlock(first_line).map_err(NodeError::Keystore)?;
        }
        Ok(Arc::new(keystore))
    });
    opened.await.map_err(|_| NodeError::Pipeline(PipelineError::Stopped))?
}

fn make_private(data_dir: &Path) -> Result<(), NodeError> {
    use std::os::unix::fs::DirBuilderExt;
    let failed = |source| NodeError::DataDir { path: data_dir.to_owned(), source };
    if data_dir.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(failed)
}

fn running(data_dir: &Path) -> NodeError {
    let at = Endpoint::read(&Endpoint::path_in(data_dir)).ok().map(|endpoint| endpoint.url);
    NodeError::Running { path: data_dir.to_owned(), at }
}

async fn open_ledger(data_dir: &Path) -> Result<Ledger, NodeError> {
    let data_dir = data_dir.to_owned();
    tokio::task::spawn_blocking(move || {
        Ledger::open(&data_dir.join("ledger"), LedgerOptions::default()).map_err(|error| match error {
            OpenError::Busy { .. } => running(&data_dir),
            other => NodeError::Ledger(other),
        })
    })
    .await
    .map_err(|_| NodeError::Pipeline(PipelineError::Stopped))?
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, NodeError> {
    texts.iter().map(|text| text.parse().map_err(|_| NodeError::Address { text: text.clone() })).collect()
}

async fn start_overlay(data_dir: &Path, config: &Config, keystore: &Keystore) -> Result<Overlay, NodeError> {
    let asked = addresses(&config.listen)?;
    let seed = || zeroize::Zeroizing::new(*keystore.device().seed());
    let kept = listen::with_kept_port(data_dir, &asked);
    let overlay = |listen| OverlayConfig { mdns: config.mdns, ..OverlayConfig::new(seed(), listen) };
    match Overlay::start(overlay(kept.clone())).await {
        Ok(overlay) => Ok(overlay),
        // Somebody took our port while we were away; members learn the new one.
        Err(OverlayError::Taken { address, .. }) if kept != asked => {
            tracing::warn!(%address, "the port of the last start is taken; listening on another");
            Overlay::start(overlay(asked)).await.map_err(NodeError::Overlay)
        }
        Err(error) => Err(NodeError::Overlay(error)),
    }
}

async fn serve_api(inner: &Arc<Inner>, config: &Config) -> Result<(Server, PathBuf), NodeError> {
    let folder = inner.data_dir.join("api");
    let token = issue_admin_token(&folder, config.keep_tokens).map_err(NodeError::Token)?;
    let registry = api::registry(Arc::clone(inner)).map_err(NodeError::Registry)?;
    let credentials = (AdminOnly::new(&token), Arc::clone(&inner.sessions));
    let mut server = ServerConfig::new(config.rpc, registry, Arc::new(credentials));
    server.interface = Some(Arc::new(Embedded));
    server.sessions = Some(Arc::clone(&inner.sessions));
    let metrics = Arc::clone(inner);
    server.metrics = Arc::new(move || api::metrics(&metrics));
    let server = Server::start(server).await.map_err(NodeError::Server)?;
    let endpoint =
        Endpoint::of(&server, env!("CARGO_PKG_VERSION"), folder.join(folkmoot_rpc::credential::ADMIN_TOKEN_FILE));
    let path = Endpoint::path_in(&inner.data_dir);
    endpoint.write(&path).map_err(NodeError::Endpoint)?;
    Ok((server, path))
}
