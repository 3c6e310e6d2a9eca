//! What the swarm tells the actor: connections, addresses, and what its parts report.

use std::time::Instant;

use folkmoot_proto::limits::ADDRESSES;
use libp2p::{
    PeerId,
    core::ConnectedPoint,
    identify,
    swarm::{ConnectionId, DialError as SwarmDialError, SwarmEvent},
};

use super::{Actor, roster::Arrival};
use crate::{
    Address, Direction, OverlayEvent,
    behaviour::{BehaviourEvent, FAMILY},
    dial, peer,
};

/// Addresses at which others see us that are remembered; as many as there are paths to a machine, generously.
pub(super) const OBSERVED: usize = 16;

impl Actor {
    pub(super) fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(event)) => self.on_gossip(event),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping)) => {
                if let Ok(rtt) = ping.result {
                    self.roster.set_rtt(&ping.peer, rtt);
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. })) => {
                self.on_identified(&peer_id, info);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Directory(event)) => self.on_directory(event),
            SwarmEvent::Behaviour(BehaviourEvent::Nearby(event)) => self.on_nearby(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_connected(peer_id, connection_id, endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } => {
                if let Some(device) = self.roster.disconnected(&peer_id, connection_id) {
                    self.offers.forget(&peer_id);
                    self.tell(OverlayEvent::PeerDown { device });
                }
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, peer_id, error);
            }
            SwarmEvent::IncomingConnectionError { send_back_addr, error, .. } => {
                self.counters.inbound_failed += 1;
                tracing::debug!(%send_back_addr, %error, "no connection from");
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                self.review_reach();
                self.tell(OverlayEvent::Listening(Address::of_socket(address)));
            }
            SwarmEvent::ExpiredListenAddr { .. } => self.review_reach(),
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listener"),
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                tracing::error!(?addresses, %error, "no longer listening");
            }
            _ => {}
        }
    }

    fn on_connected(&mut self, peer: PeerId, connection: ConnectionId, endpoint: ConnectedPoint) {
        // Others are refused by the streams' behaviour.
        let Some(device) = peer::device_id(&peer) else { return };
        let (direction, address) = match endpoint {
            ConnectedPoint::Dialer { address, .. } => (Direction::Outbound, address),
            ConnectedPoint::Listener { send_back_addr, .. } => (Direction::Inbound, send_back_addr),
        };
        let address = Address::of_socket(address);
        match self.roster.connected((peer, device), connection, (address.clone(), direction), Instant::now()) {
            Arrival::First => {
                self.counters.connections += 1;
                self.tell(OverlayEvent::PeerUp { device, address });
            }
            Arrival::Second => {}
            // Gossip tells its topics over a first connection only, and a dead one counts: the restarted peer would never hear
            // from us again. So both begin anew.
            Arrival::Again => {
                tracing::debug!(?device, "connected again; meeting anew");
                self.part(peer);
            }
        }
        self.fallbacks.remove(&connection);
        self.lookups.met(peer);
        self.settle();
        if let Some(dial) = self.dials.remove(&connection) {
            dial.answer(Ok(device));
        }
    }

    fn on_dial_failed(&mut self, connection: ConnectionId, peer: Option<PeerId>, error: SwarmDialError) {
        self.counters.dials_failed += 1;
        if let Some((peer, places)) = self.fallbacks.remove(&connection) {
            self.dial_places(peer, places, Vec::new());
        } else if let Some(peer) = peer.filter(|peer| !self.swarm.is_connected(peer)) {
            self.lookups.missed(&peer);
            self.settle();
        }
        match self.dials.remove(&connection) {
            Some(dial) => {
                let failure = dial::failure(dial.address.clone(), error, self.limits.dial_timeout);
                dial.answer(Err(failure));
            }
            None => tracing::debug!(%error, "dial failed"),
        }
    }

    fn on_identified(&mut self, peer: &PeerId, info: identify::Info) {
        if !info.protocol_version.starts_with(FAMILY) {
            tracing::debug!(%peer, version = info.protocol_version, "no node of ours");
            self.nearby.is_foreign(peer);
            return self.part(*peer);
        }
        let announced = info.listen_addrs.iter().cloned().filter_map(Address::claimed).filter(Address::is_dialable);
        self.roster.set_announced(peer, announced.take(ADDRESSES).collect());
        self.on_capabilities(peer, &info);
        let Some(observed) = Address::claimed(info.observed_addr).map(|address| address.without_device()) else {
            return;
        };
        if !observed.is_dialable() || self.observed.contains(&observed) {
            return;
        }
        if self.observed.len() >= OBSERVED {
            self.observed.pop_front();
        }
        self.observed.push_back(observed.clone());
        self.review_reach();
        self.tell(OverlayEvent::Observed(observed));
    }
}
