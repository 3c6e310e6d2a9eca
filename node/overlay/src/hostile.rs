//! A peer all of whose answers are lies, for tests that show what honest nodes make of it. It speaks the table's protocol
//! properly, says that it serves it, and answers every question with what the test gave it to say.

use std::{
    borrow::Cow,
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use futures::StreamExt;
use libp2p::{
    PeerId, StreamProtocol, Swarm, identify,
    identity::Keypair,
    kad::{
        self, BucketInserts, Config, Mode, ProviderRecord, Quorum, Record, RecordKey,
        store::{RecordStore, Result},
    },
    swarm::{self, NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
};
use tokio::{
    select,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    Address, Inbound, OverlayLimits,
    behaviour::{PROTOCOL_VERSION, transport},
    directory::PROTOCOL,
    peer, streams,
};

/// What it says.
#[derive(Clone, Debug, Default)]
pub struct Lies {
    /// Values it has under every key, one after the other.
    pub values: Vec<Bytes>,
    /// Who it says provides every key, and where they are. It says so of itself too.
    pub providers: Vec<(DeviceId, Address)>,
    /// Whom it says to be near to every key, and where they are.
    pub neighbours: Vec<(DeviceId, Address)>,
}

enum Order {
    Dial(Address, oneshot::Sender<bool>),
    Put([u8; 32], Bytes, oneshot::Sender<()>),
    Provide([u8; 32], oneshot::Sender<()>),
}

/// See the module. Stops when dropped.
#[derive(Debug)]
pub struct HostilePeer {
    /// Where it listens, with its device.
    pub address: Address,
    /// Streams that others open to it.
    pub inbound: mpsc::Receiver<Inbound>,
    orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

impl Drop for HostilePeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl HostilePeer {
    /// Starts it on loopback; within a tokio runtime.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start(seed: [u8; 32], lies: Lies) -> Self {
        let keypair = Keypair::ed25519_from_bytes(seed).expect("a seed is 32 bytes");
        let local = keypair.public().to_peer_id();
        let (inbound_tx, inbound) = mpsc::channel(256);
        let mut swarm = swarm(&keypair, lies, inbound_tx);
        swarm.listen_on("/ip4/127.0.0.1/udp/0/quic-v1".parse().expect("an address")).expect("loopback is there");
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                break address;
            }
        };
        swarm.add_external_address(address.clone());
        let (orders, wanted) = mpsc::channel(16);
        let task = tokio::spawn(run(swarm, wanted));
        let device = peer::device_id(&local).expect("an Ed25519 key");
        Self { address: Address::of_socket(address).with_device(&device), inbound, orders, task }
    }

    /// Connects to a node; true when it did.
    pub async fn dial(&self, address: &Address) -> bool {
        self.order(|reply| Order::Dial(address.clone(), reply)).await
    }

    /// Wants a record kept by everybody it is connected to.
    pub async fn put(&self, key: [u8; 32], value: Bytes) {
        self.order(|reply| Order::Put(key, value, reply)).await;
    }

    /// Wants to be listed under a key.
    pub async fn provide(&self, key: [u8; 32]) {
        self.order(|reply| Order::Provide(key, reply)).await;
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> T {
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.expect("the peer runs");
        answer.await.expect("the peer runs")
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    table: kad::Behaviour<LyingStore>,
    streams: streams::Behaviour,
}

fn swarm(keypair: &Keypair, lies: Lies, inbound: mpsc::Sender<Inbound>) -> Swarm<Behaviour> {
    let local = keypair.public().to_peer_id();
    let mut config = Config::new(StreamProtocol::new(PROTOCOL));
    config
        .set_kbucket_inserts(BucketInserts::Manual)
        .set_replication_interval(None)
        .set_publication_interval(None)
        .set_provider_publication_interval(None)
        .set_periodic_bootstrap_interval(None);
    let neighbours = lies.neighbours.clone();
    let mut table = kad::Behaviour::with_config(local, LyingStore { local, lies, told: AtomicUsize::new(0) }, config);
    table.set_mode(Some(Mode::Server));
    for (device, address) in neighbours {
        table.add_address(&peer::peer_id(&device), address.as_multiaddr().clone());
    }
    let limits = OverlayLimits { streams_per_peer: 256, streams_of_strangers: 1_024, ..OverlayLimits::default() };
    let behaviour = Behaviour {
        identify: identify::Behaviour::new(identify::Config::new(PROTOCOL_VERSION.to_owned(), keypair.public())),
        table,
        streams: streams::Behaviour::new(&limits, inbound),
    };
    let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(Duration::from_secs(600));
    Swarm::new(transport(keypair, &limits), behaviour, local, config)
}

async fn run(mut swarm: Swarm<Behaviour>, mut orders: mpsc::Receiver<Order>) {
    let mut dials = std::collections::HashMap::new();
    loop {
        select! {
            order = orders.recv() => match order {
                Some(Order::Dial(address, reply)) => {
                    let opts = DialOpts::unknown_peer_id().address(address.without_device().as_multiaddr().clone()).build();
                    let connection = opts.connection_id();
                    match swarm.dial(opts) {
                        Ok(()) => drop(dials.insert(connection, reply)),
                        Err(_) => tell(reply, false),
                    }
                }
                Some(Order::Put(key, value, reply)) => {
                    let peers: Vec<PeerId> = swarm.connected_peers().copied().collect();
                    let record = Record::new(RecordKey::new(&key), value.to_vec());
                    swarm.behaviour_mut().table.put_record_to(record, peers.into_iter(), Quorum::All);
                    tell(reply, ());
                }
                Some(Order::Provide(key, reply)) => {
                    drop(swarm.behaviour_mut().table.start_providing(RecordKey::new(&key)));
                    tell(reply, ());
                }
                None => return,
            },
            event = swarm.select_next_some() => match event {
                SwarmEvent::ConnectionEstablished { connection_id, peer_id, endpoint, .. } => {
                    if endpoint.is_dialer() {
                        let address = endpoint.get_remote_address().clone();
                        swarm.behaviour_mut().table.add_address(&peer_id, address);
                    }
                    if let Some(reply) = dials.remove(&connection_id) {
                        tell(reply, true);
                    }
                }
                SwarmEvent::OutgoingConnectionError { connection_id, .. } => {
                    if let Some(reply) = dials.remove(&connection_id) {
                        tell(reply, false);
                    }
                }
                _ => {}
            },
        }
    }
}

fn tell<T>(reply: oneshot::Sender<T>, value: T) {
    if reply.send(value).is_err() {
        tracing::trace!("nobody waits any more");
    }
}

/// Has something under every key.
struct LyingStore {
    local: PeerId,
    lies: Lies,
    told: AtomicUsize,
}

impl RecordStore for LyingStore {
    type RecordsIter<'a> = std::iter::Empty<Cow<'a, Record>>;
    type ProvidedIter<'a> = std::iter::Empty<Cow<'a, ProviderRecord>>;

    fn get(&self, key: &RecordKey) -> Option<Cow<'_, Record>> {
        let count = NonZeroUsize::new(self.lies.values.len())?;
        let value = self.lies.values.get(self.told.fetch_add(1, Ordering::Relaxed) % count)?;
        Some(Cow::Owned(Record::new(key.clone(), value.to_vec())))
    }

    fn put(&mut self, _: Record) -> Result<()> {
        Ok(())
    }

    fn remove(&mut self, _: &RecordKey) {}

    fn records(&self) -> Self::RecordsIter<'_> {
        std::iter::empty()
    }

    fn add_provider(&mut self, _: ProviderRecord) -> Result<()> {
        Ok(())
    }

    fn providers(&self, key: &RecordKey) -> Vec<ProviderRecord> {
        let expires = Some(Instant::now() + Duration::from_secs(3_600));
        let lied = self.lies.providers.iter().map(|(device, address)| ProviderRecord {
            key: key.clone(),
            provider: peer::peer_id(device),
            expires,
            addresses: vec![address.as_multiaddr().clone()],
        });
        let own = ProviderRecord { key: key.clone(), provider: self.local, expires, addresses: Vec::new() };
        std::iter::once(own).chain(lied).collect()
    }

    fn provided(&self) -> Self::ProvidedIter<'_> {
        std::iter::empty()
    }

    fn remove_provider(&mut self, _: &RecordKey, _: &PeerId) {}
}
