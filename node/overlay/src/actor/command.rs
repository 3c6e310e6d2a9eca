//! The commands, carried out.

use std::collections::HashSet;

use folkmoot_identity::DeviceId;
use libp2p::{
    Multiaddr, PeerId,
    swarm::dial_opts::{DialOpts, PeerCondition},
};
use tokio::sync::oneshot;

use super::Actor;
use crate::{
    Address, Counters, DialError, DirectoryStatus, NetStatus, Provenance,
    dial::{self, PendingDial},
    handle::{ADDRESSES_PER_DIAL, Command},
    peer,
};

impl Actor {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Dial { address, provenance, reply } => self.dial(PendingDial { address, reply }, provenance),
            Command::DialKnown { device, addresses, provenance } => self.dial_known(&device, addresses, provenance),
            Command::Disconnect { device } => self.part(peer::peer_id(&device)),
            Command::Subscribe { topic, reply } => answer(reply, self.subscribe(topic)),
            Command::Unsubscribe { topic } => self.unsubscribe(&topic),
            Command::Publish { topic, frame, reply } => answer(reply, self.publish(&topic, frame)),
            Command::Places { device, reply } => {
                answer(reply, self.swarm.behaviour().streams.outbound_places(&peer::peer_id(&device)));
            }
            Command::Open { device, request } => {
                self.swarm.behaviour_mut().streams.open(peer::peer_id(&device), request);
            }
            Command::SetMembers { members } => self.set_members(&members),
            Command::FindRecords { key, reply } => self.find_records(&key, reply),
            Command::FindProviders { key, reply } => self.find_providers(&key, reply),
            Command::PutRecord { key, value, ttl, reply } => self.put_record(&key, &value, ttl, reply),
            Command::KeepRecord { offered, ttl } => self.keep_record(&offered, ttl),
            Command::Provide { key, reply } => self.provide(&key, reply),
            Command::Withdraw { key } => self.withdraw(&key),
            Command::Peers { reply } => answer(reply, self.roster.infos()),
            Command::Status { reply } => answer(reply, self.status()),
        }
    }

    fn dial(&mut self, dial: PendingDial, provenance: Provenance) {
        let address = dial.address.clone();
        if !address.is_dialable() {
            return dial.answer(Err(DialError::Unsupported { address }));
        }
        if provenance == Provenance::Learned && address.is_private_or_loopback() && !self.private_from_strangers() {
            return dial.answer(Err(DialError::Private { address }));
        }
        let place = address.without_device();
        if address.device() == Some(self.device) || self.listening().contains(&place) {
            return dial.answer(Err(DialError::OwnAddress { address }));
        }
        let connected = match address.device() {
            Some(device) => Some(device).filter(|device| self.swarm.is_connected(&peer::peer_id(device))),
            None => self.roster.device_at(&place),
        };
        if let Some(device) = connected {
            return dial.answer(Ok(device));
        }
        let place = place.as_multiaddr().clone();
        let opts = match address.peer() {
            Some(peer) => DialOpts::peer_id(peer).condition(PeerCondition::Always).addresses(vec![place]).build(),
            None => DialOpts::unknown_peer_id().address(place).build(),
        };
        let connection = opts.connection_id();
        match self.swarm.dial(opts) {
            Ok(()) => {
                self.dials.insert(connection, dial);
            }
            Err(error) => dial.answer(Err(dial::failure(address, error, self.limits.dial_timeout))),
        }
    }

    fn dial_known(&mut self, device: &DeviceId, addresses: Vec<Address>, provenance: Provenance) {
        let own = self.listening();
        let private = match provenance {
            Provenance::Trusted => true,
            Provenance::Learned => self.private_from_strangers(),
        };
        let places: Vec<Address> = addresses
            .into_iter()
            .filter(|address| address.is_dialable() && (private || !address.is_private_or_loopback()))
            .map(|address| address.without_device())
            .filter(|address| !own.contains(address))
            .take(ADDRESSES_PER_DIAL)
            .collect();
        if places.is_empty() || *device == self.device {
            return;
        }
        let multi = |places: Vec<Address>| places.iter().map(|place| place.as_multiaddr().clone()).collect();
        let (quic, tcp): (Vec<Address>, Vec<Address>) = places.into_iter().partition(Address::is_quic);
        // QUIC first: it brings streams that do not hold up one another. TCP only where it does not get through.
        if quic.is_empty() {
            self.dial_places(peer::peer_id(device), multi(tcp), Vec::new());
        } else {
            self.dial_places(peer::peer_id(device), multi(quic), multi(tcp));
        }
    }

    /// Dials a peer at these places, and if none answers at those others.
    pub(super) fn dial_places(&mut self, peer: PeerId, places: Vec<Multiaddr>, fallback: Vec<Multiaddr>) {
        let opts =
            DialOpts::peer_id(peer).condition(PeerCondition::DisconnectedAndNotDialing).addresses(places).build();
        let connection = opts.connection_id();
        match self.swarm.dial(opts) {
            Ok(()) if !fallback.is_empty() => {
                self.fallbacks.insert(connection, (peer, fallback));
            }
            Ok(()) => {}
            Err(error) => tracing::trace!(%peer, %error, "not dialled"),
        }
    }

    fn set_members(&mut self, members: &[DeviceId]) {
        let members: HashSet<PeerId> = members.iter().map(peer::peer_id).collect();
        let behaviour = self.swarm.behaviour_mut();
        for former in self.members.difference(&members) {
            behaviour.limits.remove_peer_id(former);
        }
        for new in members.difference(&self.members) {
            behaviour.limits.bypass_peer_id(new);
        }
        behaviour.gate.set_members(members.clone());
        behaviour.streams.set_members(members.clone());
        self.members = members;
    }

    fn status(&mut self) -> NetStatus {
        let streams_refused = self.swarm.behaviour().streams.refused();
        let table = &mut self.swarm.behaviour_mut().directory;
        let serves = table.serves();
        let (records, providers) = table.inner().store_mut().len();
        let peers = table.inner().kbuckets().map(|bucket| bucket.num_entries()).sum();
        NetStatus {
            device: self.device,
            listening: self.listening(),
            observed: self.observed.iter().cloned().collect(),
            connected: self.roster.len(),
            topics: self.topics.len(),
            judging: self.judging,
            directory: DirectoryStatus { serves, peers, records, providers },
            counters: Counters { streams_refused, ..self.counters },
        }
    }
}

/// Replies; whoever gave up waiting needs no reply.
fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    if reply.send(value).is_err() {
        tracing::trace!("nobody waits for the reply any more");
    }
}
