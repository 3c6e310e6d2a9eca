//! The gate: how often, and how often at once, strangers at one public address may connect. A local network is exempt: there
//! many machines share an address legitimately, as do all nodes of one machine.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    net::{IpAddr, Ipv6Addr},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
        behaviour::{ConnectionClosed, ConnectionEstablished},
        dummy,
    },
};

use crate::address;

/// Handshakes one address may begin at once.
const BURST: u32 = 16;
/// Time after which one more is allowed.
const REFILL: Duration = Duration::from_millis(500);
/// Addresses remembered. Beyond, those that have their whole burst back are forgotten; if none has, new addresses wait.
const ADDRESSES: usize = 4_096;

/// Why a connection was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denied {
    /// Too many handshakes lately.
    #[error("too many handshakes from one address")]
    TooOften,
    /// Too many connections now.
    #[error("too many connections from one address")]
    TooMany,
}

/// One IPv4 address, or one IPv6 network of 64 bits: who has one address there has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Block(IpAddr);

impl Block {
    /// The block a public address lies in; none for local ones.
    fn of(address: &Multiaddr) -> Option<Self> {
        let ip = address::ip(address).filter(|ip| !address::is_local(ip))?;
        Some(Self(match ip.to_canonical() {
            IpAddr::V4(ip) => IpAddr::V4(ip),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
        }))
    }
}

/// Handshakes left; refilled as time passes.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u32,
    since: Instant,
}

impl Bucket {
    const fn new(now: Instant) -> Self {
        Self { left: BURST, since: now }
    }

    fn refill(&mut self, now: Instant) {
        let periods = now.saturating_duration_since(self.since).as_millis() / REFILL.as_millis();
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(periods).min(BURST);
        self.since = if self.left == BURST { now } else { self.since + REFILL * periods };
    }

    fn take(&mut self, now: Instant) -> bool {
        self.refill(now);
        let any = self.left > 0;
        self.left = self.left.saturating_sub(1);
        any
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Gate {
    per_ip: u32,
    buckets: HashMap<Block, Bucket>,
    /// Connections of strangers by block; bounded by the connection limits.
    connected: HashMap<Block, HashSet<ConnectionId>>,
    members: HashSet<PeerId>,
}

impl Gate {
    pub(crate) fn new(per_ip: u32) -> Self {
        Self { per_ip, buckets: HashMap::new(), connected: HashMap::new(), members: HashSet::new() }
    }

    /// Whose connections are not counted.
    pub(crate) fn set_members(&mut self, members: HashSet<PeerId>) {
        self.members = members;
    }

    fn knock(&mut self, from: &Multiaddr, now: Instant) -> Result<(), Denied> {
        let Some(block) = Block::of(from) else { return Ok(()) };
        if !self.buckets.contains_key(&block) && self.buckets.len() >= ADDRESSES {
            self.buckets.retain(|_, bucket| {
                bucket.refill(now);
                bucket.left < BURST
            });
            if self.buckets.len() >= ADDRESSES {
                return Err(Denied::TooOften);
            }
        }
        let bucket = self.buckets.entry(block).or_insert_with(|| Bucket::new(now));
        if bucket.take(now) { Ok(()) } else { Err(Denied::TooOften) }
    }

    fn enter(&self, peer: &PeerId, from: &Multiaddr) -> Result<(), Denied> {
        let Some(block) = Block::of(from).filter(|_| !self.members.contains(peer)) else { return Ok(()) };
        let already = self.connected.get(&block).map_or(0, HashSet::len);
        if already < self.per_ip as usize { Ok(()) } else { Err(Denied::TooMany) }
    }

    fn entered(&mut self, connection: ConnectionId, from: &Multiaddr) {
        if let Some(block) = Block::of(from) {
            self.connected.entry(block).or_default().insert(connection);
        }
    }

    fn left(&mut self, connection: ConnectionId, from: &Multiaddr) {
        let Some(block) = Block::of(from) else { return };
        if let Some(connections) = self.connected.get_mut(&block) {
            connections.remove(&connection);
            if connections.is_empty() {
                self.connected.remove(&block);
            }
        }
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.knock(from, Instant::now()).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.enter(&peer, from).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished { peer_id, connection_id, endpoint, .. })
                if endpoint.is_listener() && !self.members.contains(&peer_id) =>
            {
                self.entered(connection_id, endpoint.get_remote_address());
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, endpoint, .. }) => {
                self.left(connection_id, endpoint.get_remote_address());
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ip: &str) -> Multiaddr {
        format!("/ip4/{ip}/udp/1/quic-v1").parse().unwrap()
    }

    #[test]
    fn an_address_gets_its_burst_and_then_its_rate() {
        let (mut gate, start) = (Gate::new(8), Instant::now());
        for _ in 0..BURST {
            assert_eq!(gate.knock(&at("8.8.8.8"), start), Ok(()));
        }
        assert_eq!(gate.knock(&at("8.8.8.8"), start), Err(Denied::TooOften));
        assert_eq!(gate.knock(&at("8.8.4.4"), start), Ok(()));
        let later = start + REFILL;
        assert_eq!(gate.knock(&at("8.8.8.8"), later), Ok(()));
        assert_eq!(gate.knock(&at("8.8.8.8"), later), Err(Denied::TooOften));
    }

    #[test]
    fn a_local_network_knocks_as_often_as_it_likes() {
        let (mut gate, now) = (Gate::new(1), Instant::now());
        for _ in 0..10 * BURST {
            assert_eq!(gate.knock(&at("127.0.0.1"), now), Ok(()));
            assert_eq!(gate.knock(&at("192.168.1.9"), now), Ok(()));
        }
        assert_eq!(gate.buckets.len(), 0);
    }

    #[test]
    fn remembered_addresses_are_bounded_and_idle_ones_forgotten() {
        let (mut gate, start) = (Gate::new(8), Instant::now());
        let (mut allowed, mut denied) = (0, 0);
        for index in 0..2 * ADDRESSES as u32 {
            let [_, b, c, d] = index.to_be_bytes();
            match gate.knock(&at(&format!("9.{b}.{c}.{d}")), start) {
                Ok(()) => allowed += 1,
                Err(_) => denied += 1,
            }
        }
        assert_eq!((allowed, denied), (ADDRESSES, ADDRESSES));
        assert_eq!(gate.knock(&at("8.8.8.8"), start + REFILL), Ok(()));
        assert_eq!(gate.buckets.len(), 1);
    }

    #[test]
    fn connections_from_one_address_are_counted_and_members_let_in() {
        let mut gate = Gate::new(2);
        let (eve, ann, here) = (PeerId::random(), PeerId::random(), at("8.8.8.8"));
        gate.set_members([ann].into());
        let first = ConnectionId::new_unchecked(1);
        gate.entered(first, &here);
        gate.entered(ConnectionId::new_unchecked(2), &here);
        assert_eq!(gate.enter(&eve, &here), Err(Denied::TooMany));
        assert_eq!(gate.enter(&ann, &here), Ok(()));
        gate.left(first, &here);
        assert_eq!(gate.enter(&eve, &here), Ok(()));
    }

    #[test]
    fn all_of_an_ipv6_network_is_one_address() {
        let one: Multiaddr = "/ip6/2606:4700:1:2:3:4:5:6/udp/1/quic-v1".parse().unwrap();
        let other: Multiaddr = "/ip6/2606:4700:1:2::9/udp/7/quic-v1".parse().unwrap();
        let third: Multiaddr = "/ip6/2606:4700:1:3::9/udp/7/quic-v1".parse().unwrap();
        assert_eq!(Block::of(&one), Block::of(&other));
        assert_ne!(Block::of(&one), Block::of(&third));
    }
}
