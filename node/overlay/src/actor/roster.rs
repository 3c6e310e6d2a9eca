//! The roster: who is connected by which connections, and who is in which topic.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use folkmoot_identity::DeviceId;
use libp2p::{PeerId, swarm::ConnectionId};

use crate::{Address, Direction, PeerInfo, Topic};

struct Connection {
    id: ConnectionId,
    address: Address,
    direction: Direction,
}

struct Peer {
    device: DeviceId,
    /// Never empty; at most two, members aside.
    connections: Vec<Connection>,
    since: Instant,
    rtt: Option<Duration>,
    announced: Vec<Address>,
    /// At most [`crate::topic::TOPICS_PER_PEER`].
    topics: HashSet<Topic>,
    /// Found of no use by [`Roster::idle`] for the first time, and each time since.
    idle_since: Option<Instant>,
}

/// Two nodes that dial each other at once have two connections within this: nobody dials a node it is connected to.
const TOGETHER: Duration = Duration::from_secs(1);

/// What a new connection says about its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It was not connected.
    First,
    /// Both sides dialled at once.
    Second,
    /// It has forgotten the connection there was: it restarted, and that connection is dead though nobody has noticed yet.
    Again,
}

/// See the module. Bounded by the connection limits.
#[derive(Default)]
pub(super) struct Roster {
    peers: HashMap<PeerId, Peer>,
    topics: HashMap<Topic, HashSet<PeerId>>,
}

impl Roster {
    /// Notes a connection.
    pub(super) fn connected(
        &mut self,
        (peer, device): (PeerId, DeviceId),
        id: ConnectionId,
        (address, direction): (Address, Direction),
        now: Instant,
    ) -> Arrival {
        let entry = self.peers.entry(peer).or_insert_with(|| Peer {
            device,
            connections: Vec::with_capacity(1),
            since: now,
            rtt: None,
            announced: Vec::new(),
            topics: HashSet::new(),
            idle_since: None,
        });
        entry.connections.push(Connection { id, address, direction });
        match entry.connections.len() {
            1 => Arrival::First,
            _ if now.saturating_duration_since(entry.since) < TOGETHER => Arrival::Second,
            _ => Arrival::Again,
        }
    }

    /// Forgets a connection; the device if it was the last to it.
    pub(super) fn disconnected(&mut self, peer: &PeerId, id: ConnectionId) -> Option<DeviceId> {
        let entry = self.peers.get_mut(peer)?;
        entry.connections.retain(|connection| connection.id != id);
        if !entry.connections.is_empty() {
            return None;
        }
        let gone = self.peers.remove(peer)?;
        for topic in &gone.topics {
            self.forget(topic, peer);
        }
        Some(gone.device)
    }

    /// Notes that a peer joined a topic; false if it is not connected or was in it.
    pub(super) fn joined(&mut self, peer: &PeerId, topic: Topic) -> bool {
        let Some(entry) = self.peers.get_mut(peer) else { return false };
        self.topics.entry(topic).or_default().insert(*peer);
        entry.topics.insert(topic)
    }

    /// Notes that a peer left a topic; false if it was not in it.
    pub(super) fn parted(&mut self, peer: &PeerId, topic: &Topic) -> bool {
        let was_in = self.peers.get_mut(peer).is_some_and(|entry| entry.topics.remove(topic));
        if was_in {
            self.forget(topic, peer);
        }
        was_in
    }

    fn forget(&mut self, topic: &Topic, peer: &PeerId) {
        if let Some(peers) = self.topics.get_mut(topic) {
            peers.remove(peer);
            if peers.is_empty() {
                self.topics.remove(topic);
            }
        }
    }

    /// How many connected peers are in a topic.
    pub(super) fn audience(&self, topic: &Topic) -> usize {
        self.topics.get(topic).map_or(0, HashSet::len)
    }

    /// Which connected devices are in a topic.
    pub(super) fn devices_in(&self, topic: &Topic) -> Vec<DeviceId> {
        let peers = self.topics.get(topic).into_iter().flatten();
        peers.filter_map(|peer| self.peers.get(peer)).map(|entry| entry.device).collect()
    }

    /// The device we are connected to by dialling this very address.
    pub(super) fn device_at(&self, address: &Address) -> Option<DeviceId> {
        let dialled =
            |connection: &Connection| connection.direction == Direction::Outbound && connection.address == *address;
        self.peers.values().find(|entry| entry.connections.iter().any(dialled)).map(|entry| entry.device)
    }

    /// Who has been of no use for so long: in none of `topics`, and never `busy` when asked.
    pub(super) fn idle(
        &mut self,
        topics: &HashSet<Topic>,
        busy: impl Fn(&PeerId) -> bool,
        (now, after): (Instant, Duration),
    ) -> Vec<PeerId> {
        let mut idle = Vec::new();
        for (peer, entry) in &mut self.peers {
            if busy(peer) || !entry.topics.is_disjoint(topics) {
                entry.idle_since = None;
            } else if now.saturating_duration_since(*entry.idle_since.get_or_insert(now)) >= after {
                idle.push(*peer);
            }
        }
        idle
    }

    pub(super) fn set_rtt(&mut self, peer: &PeerId, rtt: Duration) {
        if let Some(entry) = self.peers.get_mut(peer) {
            entry.rtt = Some(rtt);
        }
    }

    pub(super) fn set_announced(&mut self, peer: &PeerId, announced: Vec<Address>) {
        if let Some(entry) = self.peers.get_mut(peer) {
            entry.announced = announced;
        }
    }

    /// Where we reached the peer by dialling it.
    pub(super) fn dialled(&self, peer: &PeerId) -> Option<Address> {
        let connections = &self.peers.get(peer)?.connections;
        let dialled = connections.iter().find(|connection| connection.direction == Direction::Outbound)?;
        Some(dialled.address.clone())
    }

    /// Where the peer says it listens.
    pub(super) fn announced(&self, peer: &PeerId) -> &[Address] {
        self.peers.get(peer).map_or(&[], |entry| &entry.announced)
    }

    /// Devices connected.
    pub(super) fn len(&self) -> usize {
        self.peers.len()
    }

    /// All there is to tell of them.
    pub(super) fn infos(&self) -> Vec<PeerInfo> {
        self.peers.values().filter_map(info).collect()
    }
}

fn info(peer: &Peer) -> Option<PeerInfo> {
    let oldest = peer.connections.first()?;
    Some(PeerInfo {
        device: peer.device,
        address: oldest.address.clone(),
        direction: oldest.direction,
        since: peer.since,
        rtt: peer.rtt,
        announced: peer.announced.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: DeviceId = DeviceId::new([1; 32]);
    const TEA: Topic = [7; 32];

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn connect_at(roster: &mut Roster, peer: PeerId, number: usize, now: Instant) -> Arrival {
        let address = Address::quic([127, 0, 0, 1].into(), 1);
        roster.connected((peer, ANN), id(number), (address, Direction::Outbound), now)
    }

    fn connect(roster: &mut Roster, peer: PeerId, number: usize) -> Arrival {
        connect_at(roster, peer, number, Instant::now())
    }

    #[test]
    fn a_device_is_up_from_its_first_to_its_last_connection() {
        let (mut roster, peer) = (Roster::default(), PeerId::random());
        assert_eq!(connect(&mut roster, peer, 1), Arrival::First);
        assert_eq!(connect(&mut roster, peer, 2), Arrival::Second);
        assert_eq!(roster.disconnected(&peer, id(1)), None);
        assert_eq!(roster.disconnected(&peer, id(2)), Some(ANN));
        assert_eq!(roster.disconnected(&peer, id(2)), None);
    }

    #[test]
    fn who_connects_again_later_has_forgotten_that_it_was_connected() {
        let (mut roster, peer, start) = (Roster::default(), PeerId::random(), Instant::now());
        assert_eq!(connect_at(&mut roster, peer, 1, start), Arrival::First);
        assert_eq!(connect_at(&mut roster, peer, 2, start + TOGETHER / 2), Arrival::Second);
        assert_eq!(connect_at(&mut roster, peer, 3, start + TOGETHER), Arrival::Again);
        for number in 1..=3 {
            roster.disconnected(&peer, id(number));
        }
        assert_eq!(connect_at(&mut roster, peer, 4, start + 2 * TOGETHER), Arrival::First);
    }

    #[test]
    fn who_disconnects_leaves_its_topics() {
        let (mut roster, peer) = (Roster::default(), PeerId::random());
        assert!(!roster.joined(&peer, TEA));
        connect(&mut roster, peer, 1);
        assert!(roster.joined(&peer, TEA));
        assert!(!roster.joined(&peer, TEA));
        assert_eq!((roster.audience(&TEA), roster.devices_in(&TEA)), (1, vec![ANN]));
        roster.disconnected(&peer, id(1));
        assert_eq!(roster.audience(&TEA), 0);
        assert!(roster.topics.is_empty());
    }

    #[test]
    fn who_is_of_no_use_for_long_is_idle() {
        let (mut roster, peer) = (Roster::default(), PeerId::random());
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        connect(&mut roster, peer, 1);
        let no_topics = HashSet::new();
        assert!(roster.idle(&no_topics, |_| false, (start, minute)).is_empty());
        assert!(roster.idle(&no_topics, |_| false, (start + minute / 2, minute)).is_empty());
        assert_eq!(roster.idle(&no_topics, |_| false, (start + minute, minute)), vec![peer]);
        // A stream, or a shared topic, and the time begins anew.
        assert!(roster.idle(&no_topics, |_| true, (start + minute, minute)).is_empty());
        assert!(roster.idle(&no_topics, |_| false, (start + 2 * minute, minute)).is_empty());
        roster.joined(&peer, TEA);
        assert!(roster.idle(&[TEA].into(), |_| false, (start + 3 * minute, minute)).is_empty());
    }

    #[test]
    fn an_address_dialled_before_leads_to_its_device() {
        let (mut roster, peer) = (Roster::default(), PeerId::random());
        connect(&mut roster, peer, 1);
        assert_eq!(roster.device_at(&Address::quic([127, 0, 0, 1].into(), 1)), Some(ANN));
        assert_eq!(roster.device_at(&Address::quic([127, 0, 0, 1].into(), 2)), None);
    }
}
