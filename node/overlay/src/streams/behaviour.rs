//! All connections' part of the streams: who has how many places, and which connection opens one.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use folkmoot_identity::DeviceId;
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent, ToSwarm,
        behaviour::ConnectionClosed,
    },
};
use tokio::sync::{Semaphore, mpsc};

use super::{
    Protocol,
    handler::{Handler, OpenRequest},
    quota::PeerQuota,
};
use crate::{Inbound, OverlayLimits, peer};

/// Why a stream could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no connection to the device, or it closed meanwhile.
    #[error("not connected to {device:?}")]
    NotConnected {
        /// The device.
        device: DeviceId,
    },
    /// The device does not speak the protocol: another or an older program.
    #[error("the other side does not speak {}", protocol.name())]
    NotSpoken {
        /// The protocol.
        protocol: Protocol,
    },
    /// No answer in time, or all places for streams to the device stayed taken.
    #[error("no stream within the time allowed")]
    TimedOut,
    /// The connection broke while opening.
    #[error("connection broke")]
    Io {
        /// What the connection said.
        #[source]
        source: io::Error,
    },
    /// The overlay has stopped.
    #[error("overlay has stopped")]
    Stopped,
}

/// The peer's key is not Ed25519, so it is no device.
#[derive(Debug, thiserror::Error)]
#[error("peer is not a device")]
struct NotADevice;

/// See the module. Must be asked last about a connection: those it gave a handler are expected to come about.
pub(crate) struct Behaviour {
    /// Who is connected; bounded by the connection limits.
    peers: HashMap<PeerId, Arc<PeerQuota>>,
    members: HashSet<PeerId>,
    streams_per_peer: usize,
    strangers: Arc<Semaphore>,
    inbound: mpsc::Sender<Inbound>,
    refused: Arc<AtomicU64>,
    /// Bounded by the permits the requests hold.
    wanted: VecDeque<(PeerId, OpenRequest)>,
}

impl Behaviour {
    pub(crate) fn new(limits: &OverlayLimits, inbound: mpsc::Sender<Inbound>) -> Self {
        Self {
            peers: HashMap::new(),
            members: HashSet::new(),
            streams_per_peer: limits.streams_per_peer,
            strangers: Arc::new(Semaphore::new(limits.streams_of_strangers)),
            inbound,
            refused: Arc::default(),
            wanted: VecDeque::new(),
        }
    }

    /// Whose connections are kept while idle and whose streams do not compete with strangers'.
    pub(crate) fn set_members(&mut self, members: HashSet<PeerId>) {
        for (peer, quota) in &self.peers {
            quota.set_member(members.contains(peer));
        }
        self.members = members;
    }

    /// The places for streams towards a connected peer.
    pub(crate) fn outbound_places(&self, peer: &PeerId) -> Option<Arc<Semaphore>> {
        self.peers.get(peer).map(|quota| quota.outbound())
    }

    /// Whether any stream to or from the peer is open, or being opened.
    pub(crate) fn in_use(&self, peer: &PeerId) -> bool {
        self.peers.get(peer).is_some_and(|quota| quota.in_use())
    }

    /// Opens a stream on any connection of the peer. If it is gone, the request and with it its reply are dropped.
    pub(crate) fn open(&mut self, peer: PeerId, request: OpenRequest) {
        self.wanted.push_back((peer, request));
    }

    /// Streams of others that found no place so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn handler(&mut self, peer: PeerId) -> Result<Handler, ConnectionDenied> {
        let device = peer::device_id(&peer).ok_or_else(|| ConnectionDenied::new(NotADevice))?;
        let member = self.members.contains(&peer);
        let quota = self
            .peers
            .entry(peer)
            .or_insert_with(|| Arc::new(PeerQuota::new(member, self.streams_per_peer, Arc::clone(&self.strangers))));
        Ok(Handler {
            device,
            quota: Arc::clone(quota),
            inbound: self.inbound.clone(),
            refused: Arc::clone(&self.refused),
            wanted: VecDeque::new(),
        })
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(peer)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(peer)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, remaining_established: 0, .. }) = event {
            self.peers.remove(&peer_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: Infallible) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        match self.wanted.pop_front() {
            Some((peer_id, event)) => {
                Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::Any, event })
            }
            // No waker needed: the actor polls the swarm after each command.
            None => Poll::Pending,
        }
    }
}
