//! Kademlia as we want it, and a wrapper that keeps it from dialling what strangers may not aim us at.

use std::{
    num::NonZeroUsize,
    task::{Context, Poll},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, StreamProtocol,
    core::{Endpoint, transport::PortUse},
    kad::{self, BucketInserts, Caching, Config, Mode, StoreInserts},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
    },
};

use super::Store;
use crate::{Address, handle::ADDRESSES_PER_DIAL};

/// Never the public network's name.
pub(crate) const PROTOCOL: &str = "/folkmoot/kad/1";
/// The longest a lookup may take: somebody waits for it.
const QUERY_TIME: Duration = Duration::from_secs(5);
/// The longest one question may take.
const REQUEST_TIME: Duration = Duration::from_secs(3);
/// How long a record is kept that nobody puts again; three times the pause between two of its republications.
const RECORD_TIME: Duration = Duration::from_secs(36 * 60 * 60);
/// The same of a provider.
const PROVIDER_TIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the table is refreshed.
const REFRESH: Duration = Duration::from_secs(10 * 60);
/// One message: an advert and twenty peers with their addresses.
const PACKET_BYTES: usize = 16 * 1024;
/// Peers asked at once, on paths that have none in common: a lie on one of them stays there.
const PARALLEL: NonZeroUsize = NonZeroUsize::new(4).expect("is not zero");

/// See the module.
pub(crate) struct Behaviour {
    inner: kad::Behaviour<Store>,
    /// Whether private and loopback addresses of strangers may be dialled.
    private: bool,
}

impl Behaviour {
    pub(crate) fn new(local: PeerId) -> Self {
        let mut config = Config::new(StreamProtocol::new(PROTOCOL));
        config
            .set_query_timeout(QUERY_TIME)
            .set_substreams_timeout(REQUEST_TIME)
            .set_parallelism(PARALLEL)
            .disjoint_query_paths(true)
            .set_max_packet_size(PACKET_BYTES)
            .set_record_ttl(Some(RECORD_TIME))
            .set_provider_record_ttl(Some(PROVIDER_TIME))
            // Members put adverts again, with a new stamp; nobody keeps alive what has no member any more.
            .set_replication_interval(None)
            .set_publication_interval(None)
            .set_provider_publication_interval(None)
            .set_record_filtering(StoreInserts::FilterBoth)
            .set_kbucket_inserts(BucketInserts::Manual)
            .set_caching(Caching::Disabled)
            .set_periodic_bootstrap_interval(Some(REFRESH));
        let mut inner = kad::Behaviour::with_config(local, Store::new(local), config);
        inner.set_mode(Some(Mode::Client));
        Self { inner, private: false }
    }

    /// Says whether private and loopback addresses of strangers may be dialled.
    pub(crate) const fn allow_private(&mut self, allow: bool) {
        self.private = allow;
    }

    /// Serves the table to others, or only asks them.
    pub(crate) fn serve(&mut self, serve: bool) {
        let mode = if serve { Mode::Server } else { Mode::Client };
        if self.inner.mode() != mode {
            self.inner.set_mode(Some(mode));
        }
    }

    pub(crate) fn serves(&self) -> bool {
        self.inner.mode() == Mode::Server
    }

    pub(crate) const fn inner(&mut self) -> &mut kad::Behaviour<Store> {
        &mut self.inner
    }

    fn may_dial(&self, address: &Address) -> bool {
        address.is_dialable() && (self.private || !address.is_private_or_loopback())
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = <kad::Behaviour<Store> as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = kad::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_inbound_connection(connection, peer, local, remote)
    }

    /// What the table knows of a peer's addresses, without those that a stranger may have put there to aim us at somebody's
    /// router.
    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        let known = self.inner.handle_pending_outbound_connection(connection, peer, addresses, role)?;
        let mut places: Vec<Address> = Vec::new();
        for place in known.into_iter().filter_map(Address::claimed).map(|address| address.without_device()) {
            if places.len() < ADDRESSES_PER_DIAL && self.may_dial(&place) && !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places.iter().map(|place| place.as_multiaddr().clone()).collect())
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inner.handle_established_outbound_connection(connection, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        self.inner.on_connection_handler_event(peer, connection, event);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<kad::Event, THandlerInEvent<Self>>> {
        self.inner.poll(cx)
    }
}
