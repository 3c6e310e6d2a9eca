//! What the swarm is made of, and its connections' transport.

use libp2p::{
    Swarm, Transport, connection_limits,
    core::muxing::StreamMuxerBox,
    identify,
    identity::Keypair,
    memory_connection_limits, ping, quic,
    swarm::{self, NetworkBehaviour},
};
use tokio::sync::mpsc;

use crate::{Inbound, OverlayLimits, gate::Gate, gossip, streams};

/// Version of the overlay, told to peers by identify.
const PROTOCOL_VERSION: &str = "/folkmoot/1";
/// Streams one connection may have open, gossip, ping and identify included.
const STREAMS: u32 = 64;
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
    pub(crate) streams: streams::Behaviour,
}

impl Behaviour {
    fn new(keypair: &Keypair, limits: &OverlayLimits, inbound: mpsc::Sender<Inbound>) -> Self {
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
            streams: streams::Behaviour::new(limits, inbound),
        }
    }
}

/// A swarm over QUIC; must be called within a tokio runtime.
pub(crate) fn swarm(keypair: &Keypair, limits: &OverlayLimits, inbound: mpsc::Sender<Inbound>) -> Swarm<Behaviour> {
    let mut quic = quic::Config::new(keypair);
    quic.handshake_timeout = limits.dial_timeout;
    quic.max_concurrent_stream_limit = STREAMS;
    quic.max_stream_data = STREAM_WINDOW;
    quic.max_connection_data = CONNECTION_WINDOW;
    let transport =
        quic::tokio::Transport::new(quic).map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection))).boxed();
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(limits.idle_timeout)
        .with_per_connection_event_buffer_size(EVENTS_PER_CONNECTION)
        .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS);
    Swarm::new(transport, Behaviour::new(keypair, limits, inbound), keypair.public().to_peer_id(), config)
}
