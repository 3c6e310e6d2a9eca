//! The table through the actor: what others want kept, what we ask, and who is let into it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use libp2p::{
    PeerId, identify,
    kad::{
        AddProviderOk, Event, GetProvidersOk, GetRecordOk, InboundRequest, ProviderRecord, QueryId, QueryResult,
        Quorum, Record, RecordKey, store::RecordStore,
    },
    swarm::dial_opts::{DialOpts, PeerCondition},
};

use super::Actor;
use crate::{
    Address,
    directory::{self, DirectoryError, Key, Offered, Outcome, ProvidersReply, RecordsReply},
    peer,
};

/// Addresses of one peer that the table takes.
const ADDRESSES_PER_PEER: usize = 4;

impl Actor {
    /// Whether private and loopback addresses learned from strangers may be dialled: while we are on such a network only.
    pub(super) fn private_from_strangers(&self) -> bool {
        let own = self.listening();
        self.allow_private_from_strangers || !own.is_empty() && own.iter().all(Address::is_private_or_loopback)
    }

    /// Serves the table while others can reach us: on a private network, or under a public address of ours that they see. And
    /// says there where we are.
    pub(super) fn review_reach(&mut self) {
        let own = self.listening();
        let only_private = !own.is_empty() && own.iter().all(Address::is_private_or_loopback);
        let seen = |address: &Address| self.observed.iter().any(|observed| observed.ip() == address.ip());
        let public: Vec<&Address> = own.iter().filter(|address| !address.is_private_or_loopback()).collect();
        let serve = only_private || public.iter().any(|address| seen(address));
        let told: Vec<Address> = if only_private { own.clone() } else { public.into_iter().cloned().collect() };
        let private = self.private_from_strangers();
        let former: Vec<_> = self.swarm.external_addresses().cloned().collect();
        for address in &former {
            if !told.iter().any(|told| told.as_multiaddr() == address) {
                self.swarm.remove_external_address(address);
            }
        }
        for address in told {
            if !former.contains(address.as_multiaddr()) {
                self.swarm.add_external_address(address.as_multiaddr().clone());
            }
        }
        let table = &mut self.swarm.behaviour_mut().directory;
        table.allow_private(private);
        table.serve(serve);
    }

    /// Lets a peer into the table if it is one of ours and serves it; out if it does not.
    pub(super) fn on_capabilities(&mut self, peer: &PeerId, info: &identify::Info) {
        let private = self.private_from_strangers();
        let serves = info.protocols.iter().any(|name| name.as_ref() == directory::PROTOCOL);
        if !serves {
            self.swarm.behaviour_mut().directory.inner().remove_peer(peer);
            return;
        }
        let dialled = self.roster.dialled(peer);
        let mut announced: Vec<Address> = self
            .roster
            .announced(peer)
            .iter()
            .map(Address::without_device)
            .filter(|address| private || !address.is_private_or_loopback())
            .collect();
        announced.sort_by_key(|address| !address.is_quic());
        let known = dialled.into_iter().chain(announced).take(ADDRESSES_PER_PEER);
        for address in known.collect::<Vec<_>>() {
            self.swarm.behaviour_mut().directory.inner().add_address(peer, address.as_multiaddr().clone());
        }
    }

    pub(super) fn on_directory(&mut self, event: Event) {
        match event {
            Event::InboundRequest { request: InboundRequest::PutRecord { source, record: Some(record), .. } } => {
                self.on_offered(source, record);
            }
            Event::InboundRequest { request: InboundRequest::AddProvider { record: Some(record) } } => {
                self.on_provider(record);
            }
            Event::OutboundQueryProgressed { id, result, step, .. } => {
                self.on_progress(id, result);
                if step.last {
                    self.lookups.ended(id, Err(DirectoryError::Alone), Instant::now());
                }
                self.settle();
            }
            _ => {}
        }
    }

    /// A record is not kept before the node has looked into it.
    fn on_offered(&mut self, source: PeerId, record: Record) {
        self.counters.records_offered += 1;
        let key = Key::try_from(record.key.as_ref());
        let in_range = record.value.len() <= folkmoot_proto::limits::ADVERT_BYTES;
        let (Ok(key), true, Some(device)) = (key, in_range, peer::device_id(&source)) else {
            self.counters.records_refused += 1;
            return;
        };
        let offered = Offered { key, value: record.value.into(), source: device };
        if !self.offers.take(source, Instant::now()) || self.offered.try_send(offered).is_err() {
            self.counters.records_dropped += 1;
        }
    }

    /// The library has checked that the provider is who says so.
    fn on_provider(&mut self, record: ProviderRecord) {
        if self.swarm.behaviour_mut().directory.inner().store_mut().add_provider(record).is_err() {
            self.counters.providers_refused += 1;
        }
    }

    fn on_progress(&mut self, query: QueryId, result: QueryResult) {
        match result {
            QueryResult::GetRecord(Ok(GetRecordOk::FoundRecord(found))) => {
                if self.lookups.found(query, found.record.value)
                    && let Some(mut query) = self.swarm.behaviour_mut().directory.inner().query_mut(&query)
                {
                    query.finish();
                }
            }
            QueryResult::GetProviders(Ok(GetProvidersOk::FoundProviders { providers, .. })) => {
                let own = peer::peer_id(&self.device);
                let others = providers.into_iter().filter(|provider| *provider != own);
                for provider in self.lookups.named(query, others) {
                    self.meet(provider);
                }
            }
            QueryResult::PutRecord(Ok(_)) => self.lookups.ended(query, Ok(()), Instant::now()),
            QueryResult::StartProviding(Ok(AddProviderOk { .. })) => {
                self.lookups.ended(query, Ok(()), Instant::now());
            }
            _ => {}
        }
    }

    /// Connects to a provider while the lookup still knows its addresses.
    fn meet(&mut self, provider: PeerId) {
        if self.swarm.is_connected(&provider) {
            return self.lookups.met(provider);
        }
        let opts = DialOpts::peer_id(provider).condition(PeerCondition::DisconnectedAndNotDialing).build();
        match self.swarm.dial(opts) {
            Ok(()) | Err(libp2p::swarm::DialError::DialPeerConditionFalse(_)) => {}
            Err(error) => {
                tracing::trace!(%provider, %error, "provider not dialled");
                self.lookups.missed(&provider);
            }
        }
    }

    /// Answers searches that have waited long enough.
    pub(super) fn settle(&mut self) {
        self.lookups_due = self.lookups.settle(Instant::now());
    }

    pub(super) fn find_records(&mut self, key: &Key, reply: RecordsReply) {
        if self.lookups.is_full() {
            return answer(reply, Err(DirectoryError::Busy));
        }
        let query = self.swarm.behaviour_mut().directory.inner().get_record(RecordKey::new(key));
        self.lookups.records(query, reply);
    }

    pub(super) fn find_providers(&mut self, key: &Key, reply: ProvidersReply) {
        if self.lookups.is_full() {
            return answer(reply, Err(DirectoryError::Busy));
        }
        let query = self.swarm.behaviour_mut().directory.inner().get_providers(RecordKey::new(key));
        self.lookups.providers(query, reply);
    }

    pub(super) fn put_record(&mut self, key: &Key, value: &Bytes, ttl: Duration, reply: Outcome) {
        if self.lookups.is_full() {
            return answer(reply, Err(DirectoryError::Busy));
        }
        let mut record = Record::new(RecordKey::new(key), value.to_vec());
        record.expires = Some(Instant::now() + ttl);
        match self.swarm.behaviour_mut().directory.inner().put_record(record, Quorum::One) {
            Ok(query) => self.lookups.telling(query, reply),
            Err(_) => answer(reply, Err(DirectoryError::Full)),
        }
    }

    pub(super) fn provide(&mut self, key: &Key, reply: Outcome) {
        if self.lookups.is_full() {
            return answer(reply, Err(DirectoryError::Busy));
        }
        match self.swarm.behaviour_mut().directory.inner().start_providing(RecordKey::new(key)) {
            Ok(query) => self.lookups.telling(query, reply),
            Err(_) => answer(reply, Err(DirectoryError::Full)),
        }
    }

    pub(super) fn withdraw(&mut self, key: &Key) {
        let table = self.swarm.behaviour_mut().directory.inner();
        let key = RecordKey::new(key);
        table.stop_providing(&key);
        table.store_mut().forget(&key);
    }

    pub(super) fn keep_record(&mut self, offered: &Offered, ttl: Duration) {
        let mut record = Record::new(RecordKey::new(&offered.key), offered.value.to_vec());
        record.publisher = Some(peer::peer_id(&offered.source));
        record.expires = Some(Instant::now() + ttl);
        match self.swarm.behaviour_mut().directory.inner().store_mut().put(record) {
            Ok(()) => self.counters.records_kept += 1,
            Err(_) => self.counters.records_dropped += 1,
        }
    }
}

fn answer<T>(reply: tokio::sync::oneshot::Sender<T>, value: T) {
    if reply.send(value).is_err() {
        tracing::trace!("nobody waits for the lookup any more");
    }
}
