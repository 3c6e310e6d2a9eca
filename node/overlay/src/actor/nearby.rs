//! Nodes on the local network, as they announce themselves there: met by themselves, without anybody having to know an address.

use std::collections::{HashMap, HashSet};

use libp2p::{
    Multiaddr, PeerId, mdns,
    swarm::dial_opts::{DialOpts, PeerCondition},
};

use super::Actor;
use crate::Address;

/// Strangers of the local network that we keep meeting: enough to find the servers there. Members are met whatever their number.
const NEARBY: usize = 16;
/// Addresses of one of them.
const ADDRESSES_EACH: usize = 8;
/// Other programs that announce themselves by the same means and that we leave alone.
const FOREIGN: usize = 256;

/// Who is on the local network.
#[derive(Debug, Default)]
pub(super) struct Nearby {
    peers: HashMap<PeerId, Vec<Multiaddr>>,
    foreign: HashSet<PeerId>,
}

impl Nearby {
    pub(super) fn contains(&self, peer: &PeerId) -> bool {
        self.peers.contains_key(peer)
    }

    fn note(&mut self, peer: PeerId, address: Multiaddr, member: bool) {
        if self.foreign.contains(&peer) || !member && !self.contains(&peer) && self.peers.len() >= NEARBY {
            return;
        }
        let addresses = self.peers.entry(peer).or_default();
        if addresses.len() < ADDRESSES_EACH && !addresses.contains(&address) {
            addresses.push(address);
        }
    }

    fn forget(&mut self, peer: &PeerId, address: &Multiaddr) {
        if let Some(addresses) = self.peers.get_mut(peer) {
            addresses.retain(|held| held != address);
            if addresses.is_empty() {
                self.peers.remove(peer);
            }
        }
    }

    /// It is none of ours; it is not met again.
    pub(super) fn is_foreign(&mut self, peer: &PeerId) {
        self.peers.remove(peer);
        if self.foreign.len() < FOREIGN {
            self.foreign.insert(*peer);
        }
    }
}

impl Actor {
    pub(super) fn on_nearby(&mut self, event: mdns::Event) {
        match event {
            mdns::Event::Discovered(found) => {
                for (peer, address) in found {
                    let Some(address) = Address::claimed(address).map(|address| address.without_device()) else {
                        continue;
                    };
                    // What is announced here is here; anything else would be somebody aiming us elsewhere.
                    if address.is_dialable() && address.is_private_or_loopback() {
                        let member = self.members.contains(&peer);
                        self.nearby.note(peer, address.as_multiaddr().clone(), member);
                    }
                }
                self.meet_nearby();
            }
            mdns::Event::Expired(gone) => {
                for (peer, address) in gone {
                    if let Some(address) = Address::claimed(address).map(|address| address.without_device()) {
                        self.nearby.forget(&peer, address.as_multiaddr());
                    }
                }
            }
        }
    }

    /// Dials those of the local network that are not connected.
    pub(super) fn meet_nearby(&mut self) {
        let absent: Vec<(PeerId, Vec<Multiaddr>)> = self
            .nearby
            .peers
            .iter()
            .filter(|(peer, _)| !self.swarm.is_connected(peer))
            .map(|(peer, addresses)| (*peer, addresses.clone()))
            .collect();
        for (peer, addresses) in absent {
            let opts = DialOpts::peer_id(peer)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .addresses(addresses)
                .build();
            if let Err(error) = self.swarm.dial(opts) {
                tracing::trace!(%peer, %error, "not dialled on the local network");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> Multiaddr {
        format!("/ip4/192.168.1.9/udp/{port}/quic-v1").parse().unwrap()
    }

    #[test]
    fn a_crowded_network_is_met_in_part_and_members_always() {
        let mut nearby = Nearby::default();
        for _ in 0..100 {
            nearby.note(PeerId::random(), address(1), false);
        }
        assert_eq!(nearby.peers.len(), NEARBY);
        let member = PeerId::random();
        nearby.note(member, address(1), true);
        assert!(nearby.contains(&member));
        for port in 0..100 {
            nearby.note(member, address(port), true);
        }
        assert_eq!(nearby.peers[&member].len(), ADDRESSES_EACH);
    }

    #[test]
    fn who_is_gone_or_none_of_ours_is_not_met_again() {
        let (mut nearby, ann, printer) = (Nearby::default(), PeerId::random(), PeerId::random());
        nearby.note(ann, address(1), false);
        nearby.forget(&ann, &address(1));
        assert!(!nearby.contains(&ann));
        nearby.note(printer, address(1), false);
        nearby.is_foreign(&printer);
        nearby.note(printer, address(1), false);
        assert!(!nearby.contains(&printer));
    }
}
