//! Lookups under way: what they have found so far, who waits for it, and when it is enough.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use folkmoot_proto::limits::ADVERT_BYTES;
use libp2p::{PeerId, kad::QueryId};
use tokio::sync::oneshot;

use super::{DirectoryError, Providers, store::PROVIDERS_PER_KEY};
use crate::peer;

/// Lookups and announcements at once. A node asks for few things at a time; more would only compete.
const LOOKUPS: usize = 64;
/// Different values of one key that are looked at: one is enough if it is good, and most of them may be lies.
const VALUES: usize = 16;
/// How long to wait for providers that do not answer once one has.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Takes the values found under a key.
pub(crate) type RecordsReply = oneshot::Sender<Result<Vec<Bytes>, DirectoryError>>;
/// Takes who provides a key.
pub(crate) type ProvidersReply = oneshot::Sender<Result<Providers, DirectoryError>>;
/// Takes whether any other node was told.
pub(crate) type Outcome = oneshot::Sender<Result<(), DirectoryError>>;

struct Search {
    reply: ProvidersReply,
    named: HashSet<PeerId>,
    waiting: HashSet<PeerId>,
    connected: Vec<DeviceId>,
    /// When the table had nothing further to say.
    ended: Option<Instant>,
}

impl Search {
    fn met(&mut self, peer: PeerId) {
        if self.waiting.remove(&peer) {
            self.connected.extend(peer::device_id(&peer));
        }
    }

    /// When it is enough; none while it is not in sight.
    fn due(&self, now: Instant) -> Option<Instant> {
        let ended = self.ended?;
        match (self.waiting.is_empty(), self.connected.is_empty()) {
            (true, _) => Some(now),
            (false, false) => Some(ended + PATIENCE),
            // Their dials end by themselves.
            (false, true) => None,
        }
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Lookups {
    records: HashMap<QueryId, (RecordsReply, Vec<Bytes>)>,
    searches: HashMap<QueryId, Search>,
    told: HashMap<QueryId, Outcome>,
}

impl Lookups {
    /// Whether there is room for one more.
    pub(crate) fn is_full(&self) -> bool {
        self.records.len() + self.searches.len() + self.told.len() >= LOOKUPS
    }

    pub(crate) fn records(&mut self, query: QueryId, reply: RecordsReply) {
        self.records.insert(query, (reply, Vec::new()));
    }

    pub(crate) fn providers(&mut self, query: QueryId, reply: ProvidersReply) {
        let search =
            Search { reply, named: HashSet::new(), waiting: HashSet::new(), connected: Vec::new(), ended: None };
        self.searches.insert(query, search);
    }

    pub(crate) fn telling(&mut self, query: QueryId, reply: Outcome) {
        self.told.insert(query, reply);
    }

    /// Notes a value; true when it is enough of them.
    pub(crate) fn found(&mut self, query: QueryId, value: Vec<u8>) -> bool {
        let Some((_, values)) = self.records.get_mut(&query) else { return true };
        if value.len() <= ADVERT_BYTES && !values.iter().any(|held| *held == value) {
            values.push(value.into());
        }
        values.len() >= VALUES
    }

    /// Notes providers; returns those that are new and have to be met.
    pub(crate) fn named(&mut self, query: QueryId, providers: impl Iterator<Item = PeerId>) -> Vec<PeerId> {
        let Some(search) = self.searches.get_mut(&query) else { return Vec::new() };
        let mut new = Vec::new();
        for provider in providers {
            if search.named.len() < PROVIDERS_PER_KEY && search.named.insert(provider) {
                search.waiting.insert(provider);
                new.push(provider);
            }
        }
        new
    }

    /// A provider is connected.
    pub(crate) fn met(&mut self, peer: PeerId) {
        self.searches.values_mut().for_each(|search| search.met(peer));
    }

    /// A provider could not be reached.
    pub(crate) fn missed(&mut self, peer: &PeerId) {
        for search in self.searches.values_mut() {
            search.waiting.remove(peer);
        }
    }

    /// The table has nothing further to say to a question.
    pub(crate) fn ended(&mut self, query: QueryId, told: Result<(), DirectoryError>, now: Instant) {
        if let Some((reply, values)) = self.records.remove(&query) {
            answer(reply, Ok(values));
        } else if let Some(reply) = self.told.remove(&query) {
            answer(reply, told);
        } else if let Some(search) = self.searches.get_mut(&query) {
            search.ended.get_or_insert(now);
        }
    }

    /// Answers searches for which it is enough now; returns when to look again.
    pub(crate) fn settle(&mut self, now: Instant) -> Option<Instant> {
        let due: Vec<QueryId> = self
            .searches
            .iter()
            .filter(|(_, search)| search.due(now).is_some_and(|due| due <= now))
            .map(|(query, _)| *query)
            .collect();
        for query in due {
            if let Some(Search { reply, named, connected, .. }) = self.searches.remove(&query) {
                answer(reply, Ok(Providers { named: named.len(), connected }));
            }
        }
        self.searches.values().filter_map(|search| search.due(now)).min()
    }
}

/// Answers; whoever gave up waiting needs no answer.
fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    if reply.send(value).is_err() {
        tracing::trace!("nobody waits for the lookup any more");
    }
}
