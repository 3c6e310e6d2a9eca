//! What the swarm is made of, and its connections' transport.

use std::io;

use libp2p::{
    Swarm, Transport, connection_limits,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, timeout::TransportTimeoutError},
        upgrade,
    },
    identify,
    identity::Keypair,
    mdns, memory_connection_limits, noise, ping, quic,
    swarm::{self, NetworkBehaviour, behaviour::toggle::Toggle},
    tcp, yamux,
};
use tokio::sync::mpsc;

use crate::{Inbound, OverlayLimits, directory, gate::Gate, gossip, streams};

/// What the version of every node of this overlay begins with.
pub(crate) const FAMILY: &str = "/folkmoot/";
/// Version of the overlay, told to peers by identify.
pub(crate) const PROTOCOL_VERSION: &str = "/folkmoot/1";
/// Streams one connection may have open, gossip, ping and identify included.
const STREAMS: u16 = 64;
/// Bytes in flight to us on one stream: one frame of [`folkmoot_proto::limits::STREAM_FRAME_BYTES`].
const STREAM_WINDOW: u32 = 1024 * 1024;
/// Bytes in flight to us on one connection.
const CONNECTION_WINDOW: u32 = 2 * 1024 * 1024;
/// Events one connection may have waiting for the swarm. A few dozen, so that a burst of frames is not one wake-up each.
const EVENTS_PER_CONNECTION: usize = 64;
/// Inbound streams of one connection still negotiating their protocol.
const NEGOTIATING_STREAMS: usize = 16;

/// Order matters: limits first, for those after are told only of connections that passed; streams last, see there.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) limits: connection_limits::Behaviour,
    pub(crate) memory: memory_connection_limits::Behaviour,
    pub(crate) gate: Gate,
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) gossip: gossip::Behaviour,
    pub(crate) directory: directory::Behaviour,
    pub(crate) nearby: Toggle<mdns::tokio::Behaviour>,
    pub(crate) streams: streams::Behaviour,
}

impl Behaviour {
    fn new(keypair: &Keypair, limits: &OverlayLimits, mdns: bool, inbound: mpsc::Sender<Inbound>) -> Self {
        let local = keypair.public().to_peer_id();
        let identify = identify::Config::new(PROTOCOL_VERSION.to_owned(), keypair.public())
            .with_agent_version(concat!("folkmoot/", env!("CARGO_PKG_VERSION")).to_owned())
            .with_push_listen_addr_updates(true)
            // Else the addresses strangers claim would be dialled unasked.
            .with_cache_size(0);
        Self {
            limits: connection_limits::Behaviour::new(
                connection_limits::ConnectionLimits::default()
                    .with_max_pending_incoming(Some(limits.pending_inbound))
                    .with_max_pending_outgoing(Some(limits.pending_outbound))
                    .with_max_established_incoming(Some(limits.inbound))
                    .with_max_established_outgoing(Some(limits.outbound))
                    .with_max_established_per_peer(Some(limits.per_peer))
                    .with_max_established(Some(limits.total)),
            ),
            memory: memory_connection_limits::Behaviour::with_max_bytes(limits.memory_bytes),
            gate: Gate::new(limits.per_ip),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::default(),
            gossip: gossip::behaviour(),
            directory: directory::Behaviour::new(local),
            nearby: Toggle::from(if mdns { nearby(local) } else { None }),
            streams: streams::Behaviour::new(limits, inbound),
        }
    }
}

/// Announcements on the local network. A system that allows none is no reason not to run.
fn nearby(local: libp2p::PeerId) -> Option<mdns::tokio::Behaviour> {
    match mdns::tokio::Behaviour::new(mdns::Config::default(), local) {
        Ok(behaviour) => Some(behaviour),
        Err(error) => {
            tracing::warn!(%error, "nodes on the local network will not be found by themselves");
            None
        }
    }
}

/// A swarm over QUIC and TCP; must be called within a tokio runtime.
pub(crate) fn swarm(
    keypair: &Keypair,
    limits: &OverlayLimits,
    mdns: bool,
    inbound: mpsc::Sender<Inbound>,
) -> Swarm<Behaviour> {
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(limits.idle_timeout)
        .with_per_connection_event_buffer_size(EVENTS_PER_CONNECTION)
        .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS);
    let behaviour = Behaviour::new(keypair, limits, mdns, inbound);
    Swarm::new(transport(keypair, limits), behaviour, keypair.public().to_peer_id(), config)
}

/// QUIC, and TCP beside it.
pub(crate) fn transport(keypair: &Keypair, limits: &OverlayLimits) -> Muxed {
    quic(keypair, limits)
        .or_transport(tcp(keypair, limits))
        .map(|either, _| either.into_inner())
        .map_err(|either| either.into_inner())
        .boxed()
}

type Muxed = Boxed<(libp2p::PeerId, StreamMuxerBox)>;

fn quic(keypair: &Keypair, limits: &OverlayLimits) -> Muxed {
    let mut quic = quic::Config::new(keypair);
    quic.handshake_timeout = limits.dial_timeout;
    quic.max_concurrent_stream_limit = STREAMS.into();
    quic.max_stream_data = STREAM_WINDOW;
    quic.max_connection_data = CONNECTION_WINDOW;
    quic::tokio::Transport::new(quic).map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection))).boxed()
}

/// The fallback for networks that let no UDP through. What one stream has in flight is bounded by Yamux: 256 KiB, and more only
/// as fast as it is read.
fn tcp(keypair: &Keypair, limits: &OverlayLimits) -> Muxed {
    let noise = noise::Config::new(keypair).expect("an Ed25519 key signs");
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(STREAMS.into());
    tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(upgrade::Version::V1Lazy)
        .authenticate(noise)
        .multiplex(yamux)
        .timeout(limits.dial_timeout)
        .map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection)))
        .map_err(|error| match error {
            TransportTimeoutError::Timeout => io::Error::from(io::ErrorKind::TimedOut),
            TransportTimeoutError::TimerError(error) => error,
            // Of connecting, else of Noise or Yamux.
            TransportTimeoutError::Other(error) => {
                error.either(|inner| inner.either(|connecting| connecting, io::Error::other), io::Error::other)
            }
        })
        .boxed()
}
