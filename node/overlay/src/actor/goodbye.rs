//! Parting: from peers of no use while the actor works, from all when it ends.

use std::{
    net::{SocketAddr, TcpListener, UdpSocket},
    time::{Duration, Instant},
};

use futures::StreamExt;
use libp2p::{PeerId, swarm::SwarmEvent};
use tokio::time::{interval, timeout};

use super::Actor;
use crate::Address;

/// Longest that saying goodbye to all peers may take, and again that giving back the ports may.
const GOODBYE: Duration = Duration::from_millis(500);
/// How often it is tried whether a port is free.
const PORT_CHECK: Duration = Duration::from_millis(5);

impl Actor {
    /// Disconnects from strangers who have been of no use for the idle timeout. The library does not: its gossip keeps a stream
    /// open to everybody, and an open stream keeps a connection.
    pub(super) fn let_idle_go(&mut self, now: Instant) {
        let streams = &self.swarm.behaviour().streams;
        let busy = |peer: &PeerId| self.members.contains(peer) || self.nearby.contains(peer) || streams.in_use(peer);
        for peer in self.roster.idle(&self.topics, busy, (now, self.limits.idle_timeout)) {
            tracing::debug!(%peer, "idle");
            self.part(peer);
        }
    }

    /// Closes all connections to a peer.
    pub(super) fn part(&mut self, peer: PeerId) {
        if self.swarm.disconnect_peer_id(peer).is_err() {
            tracing::trace!(%peer, "was not connected");
        }
    }

    /// Closes all connections, so that peers need not wait for silence to notice, and gives back the ports.
    pub(super) async fn say_goodbye(mut self) {
        let ports = self.listening();
        let connected: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        let mut open = connected.len();
        for peer in connected {
            self.part(peer);
        }
        let closing = async {
            while open > 0 {
                if let SwarmEvent::ConnectionClosed { num_established: 0, .. } = self.swarm.select_next_some().await {
                    open -= 1;
                }
            }
        };
        if timeout(GOODBYE, closing).await.is_err() {
            tracing::debug!("some connections did not close in time");
        }
        drop(self);
        if timeout(GOODBYE, freed(&ports)).await.is_err() {
            tracing::debug!("some ports are not free yet");
        }
    }
}

/// Waits until the sockets are closed: tasks of the transport hold them for a moment longer than the swarm lives, and whoever
/// starts again in this process would find them taken.
async fn freed(ports: &[Address]) {
    let mut check = interval(PORT_CHECK);
    for address in ports {
        let Some(ip) = address.ip() else { continue };
        if let Some(port) = address.udp_port() {
            while UdpSocket::bind(SocketAddr::new(ip, port)).is_err() {
                check.tick().await;
            }
        } else if let Some(port) = address.tcp_port() {
            while TcpListener::bind(SocketAddr::new(ip, port)).is_err() {
                check.tick().await;
            }
        }
    }
}
