//! [`Store`]: this node's part of the table. Strangers write here, so everything is counted; and since keys and node names cost
//! nothing to make, none of the rules can be turned against others by making many.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    time::Instant,
};

use folkmoot_proto::limits::{ADDRESS_BYTES, ADDRESSES, ADVERT_BYTES};
use libp2p::{
    Multiaddr, PeerId,
    kad::{
        KBucketDistance, KBucketKey, ProviderRecord, Record, RecordKey,
        store::{Error, RecordStore, Result},
    },
};

/// Records kept for others: 8 MiB. When full, the one whose key is farthest from this node's name goes: others are nearer to it.
const RECORDS: usize = 2_048;
/// Providers kept of one key, as many as an answer holds.
pub(super) const PROVIDERS_PER_KEY: usize = 20;
/// Providers kept in all, with at most 2 KiB of addresses each. When full, new ones wait for old ones to expire.
const PROVIDERS: usize = 8_192;
/// Keys one other node may be listed under: all, eight tags and a language of a few servers.
const KEYS_PER_PROVIDER: usize = 64;
/// Keys this node lists itself under.
const PROVIDED_KEYS: usize = 4_096;

/// Whether a key is one of ours.
fn is_key(key: &RecordKey) -> bool {
    key.as_ref().len() == 32
}

struct Held {
    record: Record,
    distance: KBucketDistance,
}

/// See the module.
pub(crate) struct Store {
    local: PeerId,
    place: KBucketKey<PeerId>,
    records: HashMap<RecordKey, Held>,
    providers: HashMap<RecordKey, Vec<ProviderRecord>>,
    /// How many keys each node is listed under.
    listed: HashMap<PeerId, usize>,
    /// Keys this node is listed under.
    own: HashSet<RecordKey>,
    /// Length of all of `providers`.
    total: usize,
}

impl Store {
    pub(crate) fn new(local: PeerId) -> Self {
        Self {
            local,
            place: KBucketKey::from(local),
            records: HashMap::new(),
            providers: HashMap::new(),
            listed: HashMap::new(),
            own: HashSet::new(),
            total: 0,
        }
    }

    /// Records and providers kept.
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.records.len(), self.total)
    }

    /// Forgets a record, whoever put it there.
    pub(crate) fn forget(&mut self, key: &RecordKey) {
        self.records.remove(key);
    }

    fn forget_expired(&mut self, now: Instant) {
        self.records.retain(|_, held| !held.record.is_expired(now));
        let expired: Vec<(RecordKey, PeerId)> = self
            .providers
            .values()
            .flatten()
            .filter(|record| record.is_expired(now))
            .map(|record| (record.key.clone(), record.provider))
            .collect();
        for (key, provider) in expired {
            self.remove_provider(&key, &provider);
        }
    }

    /// Whose record goes when there are too many under a key: each node prefers others, so that nobody can be near to all of them.
    fn rank(&self, key: &RecordKey, provider: &PeerId) -> [u8; 8] {
        let mut hasher = blake3::Hasher::new();
        for part in [self.local.to_bytes().as_slice(), key.as_ref(), provider.to_bytes().as_slice()] {
            hasher.update(part);
        }
        let mut rank = [0; 8];
        hasher.finalize_xof().fill(&mut rank);
        rank
    }

    /// Makes room for one more provider of a key; false if it is the one that goes.
    fn make_room(&mut self, record: &ProviderRecord) -> bool {
        let held = self.providers.get(&record.key).map_or(&[][..], Vec::as_slice);
        if held.len() < PROVIDERS_PER_KEY {
            return true;
        }
        let others = held.iter().map(|other| other.provider).filter(|other| *other != self.local);
        let last = others.max_by_key(|other| self.rank(&record.key, other));
        let own = self.rank(&record.key, &record.provider);
        match last {
            Some(last) if record.provider == self.local || own < self.rank(&record.key, &last) => {
                self.remove_provider(&record.key.clone(), &last);
                true
            }
            _ => false,
        }
    }
}

/// Shortens what a stranger says of its addresses.
fn bounded(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    addresses.into_iter().filter(|address| address.as_ref().len() <= ADDRESS_BYTES).take(ADDRESSES).collect()
}

impl RecordStore for Store {
    type RecordsIter<'a> = std::vec::IntoIter<Cow<'a, Record>>;
    type ProvidedIter<'a> = std::vec::IntoIter<Cow<'a, ProviderRecord>>;

    fn get(&self, key: &RecordKey) -> Option<Cow<'_, Record>> {
        self.records.get(key).map(|held| Cow::Borrowed(&held.record))
    }

    fn put(&mut self, record: Record) -> Result<()> {
        if record.value.len() > ADVERT_BYTES || !is_key(&record.key) {
            return Err(Error::ValueTooLarge);
        }
        let distance = self.place.distance(&KBucketKey::new(record.key.clone()));
        if !self.records.contains_key(&record.key) && self.records.len() >= RECORDS {
            self.forget_expired(Instant::now());
            if self.records.len() >= RECORDS {
                let own = |held: &Held| held.record.publisher == Some(self.local);
                let others = self.records.iter().filter(|(_, held)| !own(held));
                let farthest =
                    others.max_by_key(|(_, held)| held.distance).map(|(key, held)| (key.clone(), held.distance));
                match farthest {
                    Some((key, farthest)) if record.publisher == Some(self.local) || distance < farthest => {
                        self.records.remove(&key);
                    }
                    _ => return Err(Error::MaxRecords),
                }
            }
        }
        self.records.insert(record.key.clone(), Held { record, distance });
        Ok(())
    }

    fn remove(&mut self, key: &RecordKey) {
        self.records.remove(key);
    }

    fn records(&self) -> Self::RecordsIter<'_> {
        self.records.values().map(|held| Cow::Borrowed(&held.record)).collect::<Vec<_>>().into_iter()
    }

    fn add_provider(&mut self, mut record: ProviderRecord) -> Result<()> {
        if !is_key(&record.key) {
            return Err(Error::ValueTooLarge);
        }
        record.addresses = bounded(record.addresses);
        if let Some(held) = self.providers.get_mut(&record.key)
            && let Some(same) = held.iter_mut().find(|other| other.provider == record.provider)
        {
            *same = record;
            return Ok(());
        }
        let own = record.provider == self.local;
        if own && self.own.len() >= PROVIDED_KEYS {
            return Err(Error::MaxProvidedKeys);
        }
        let now = Instant::now();
        if !own && self.total >= PROVIDERS {
            self.forget_expired(now);
        }
        let listed = self.listed.get(&record.provider).copied().unwrap_or(0);
        if !own && (self.total >= PROVIDERS || listed >= KEYS_PER_PROVIDER) || !self.make_room(&record) {
            return Err(Error::MaxProvidedKeys);
        }
        if own {
            self.own.insert(record.key.clone());
        }
        *self.listed.entry(record.provider).or_default() += 1;
        self.total += 1;
        self.providers.entry(record.key.clone()).or_default().push(record);
        Ok(())
    }

    fn providers(&self, key: &RecordKey) -> Vec<ProviderRecord> {
        self.providers.get(key).cloned().unwrap_or_default()
    }

    fn provided(&self) -> Self::ProvidedIter<'_> {
        let own = self.own.iter().filter_map(|key| self.providers.get(key));
        let own = own.flatten().filter(|record| record.provider == self.local);
        own.map(Cow::Borrowed).collect::<Vec<_>>().into_iter()
    }

    fn remove_provider(&mut self, key: &RecordKey, provider: &PeerId) {
        let Some(held) = self.providers.get_mut(key) else { return };
        let before = held.len();
        held.retain(|record| record.provider != *provider);
        if held.len() == before {
            return;
        }
        if held.is_empty() {
            self.providers.remove(key);
        }
        self.total -= 1;
        if *provider == self.local {
            self.own.remove(key);
        }
        if let Some(listed) = self.listed.get_mut(provider) {
            *listed -= 1;
            if *listed == 0 {
                self.listed.remove(provider);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(n: usize) -> RecordKey {
        RecordKey::new(blake3::hash(&n.to_be_bytes()).as_bytes())
    }

    fn record(n: usize) -> Record {
        Record::new(key(n), vec![1; 100])
    }

    fn provider(n: usize, who: PeerId) -> ProviderRecord {
        ProviderRecord { key: key(n), provider: who, expires: None, addresses: Vec::new() }
    }

    #[test]
    fn a_flood_of_records_leaves_the_nearest_and_our_own() {
        let mut store = Store::new(PeerId::random());
        let mine = Record { publisher: Some(store.local), ..record(1_000_000) };
        store.put(mine.clone()).unwrap();
        for n in 0..3 * RECORDS {
            drop(store.put(record(n)));
        }
        assert_eq!(store.len().0, RECORDS);
        assert!(store.get(&mine.key).is_some());
        let near = |n: usize| store.place.distance(&KBucketKey::new(key(n)));
        let kept = (0..3 * RECORDS).filter(|n| store.get(&key(*n)).is_some()).map(near).max();
        let gone = (0..3 * RECORDS).filter(|n| store.get(&key(*n)).is_none()).map(near).min();
        assert!(kept < gone);
    }

    #[test]
    fn what_is_no_record_of_ours_is_not_kept() {
        let mut store = Store::new(PeerId::random());
        assert!(store.put(Record::new(key(1), vec![0; ADVERT_BYTES + 1])).is_err());
        assert!(store.put(Record::new(RecordKey::new(b"short"), vec![0; 10])).is_err());
        assert!(
            store.add_provider(ProviderRecord { key: RecordKey::new(b"short"), ..provider(1, store.local) }).is_err()
        );
        assert_eq!(store.len(), (0, 0));
    }

    #[test]
    fn expired_records_make_room() {
        let mut store = Store::new(PeerId::random());
        let past = Instant::now() - Duration::from_secs(1);
        for n in 0..RECORDS {
            store.put(Record { expires: Some(past), ..record(n) }).unwrap();
        }
        store.put(record(RECORDS)).unwrap();
        assert_eq!(store.len().0, 1);
    }

    #[test]
    fn no_node_fills_the_lists_alone() {
        let (mut store, eve) = (Store::new(PeerId::random()), PeerId::random());
        for n in 0..1_000 {
            drop(store.add_provider(provider(n, eve)));
        }
        assert_eq!(store.len().1, KEYS_PER_PROVIDER);
        store.add_provider(provider(1, PeerId::random())).unwrap();
        // Being listed again costs nothing, and leaving gives the place back.
        store.add_provider(provider(1, eve)).unwrap();
        store.remove_provider(&key(1), &eve);
        store.add_provider(provider(2_000, eve)).unwrap();
        assert!(store.add_provider(provider(2_001, eve)).is_err());
    }

    #[test]
    fn a_key_keeps_twenty_and_ourselves_whoever_came_first() {
        let mut store = Store::new(PeerId::random());
        let me = store.local;
        let many: Vec<PeerId> = (0..500).map(|_| PeerId::random()).collect();
        for who in &many {
            drop(store.add_provider(provider(1, *who)));
        }
        store.add_provider(provider(1, me)).unwrap();
        let kept = |store: &Store| {
            let mut kept: Vec<PeerId> = store.providers(&key(1)).iter().map(|r| r.provider).collect();
            kept.sort();
            kept
        };
        let first = kept(&store);
        assert!(first.len() == PROVIDERS_PER_KEY && first.contains(&me));
        let mut backwards = Store::new(me);
        for who in many.iter().rev().chain([&me]) {
            drop(backwards.add_provider(provider(1, *who)));
        }
        assert_eq!(kept(&backwards), first);
        assert_eq!(store.provided().count(), 1);
    }

    #[test]
    fn all_lists_together_are_bounded_and_ours_are_not_refused() {
        let mut store = Store::new(PeerId::random());
        for n in 0..2 * PROVIDERS {
            drop(store.add_provider(provider(n / PROVIDERS_PER_KEY, PeerId::random())));
        }
        assert_eq!(store.len().1, PROVIDERS);
        let me = store.local;
        store.add_provider(provider(1_000_000, me)).unwrap();
        assert_eq!(store.providers(&key(1_000_000)).len(), 1);
    }
}
