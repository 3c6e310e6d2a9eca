//! [`Shards`]: an ordered map that is cheap to clone and cheap to change after a clone, for state that readers hold snapshots of.

use std::{collections::BTreeMap, sync::Arc};

/// Parts, by the first byte of the key. Ids are hashes or keys, so the parts are of like size.
const PARTS: usize = 256;

/// An ordered map by id. A clone shares everything; a change after it copies one part in 256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shards<K, V>(Vec<Option<Arc<BTreeMap<K, V>>>>);

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord + AsRef<[u8]>, V: Clone> Shards<K, V> {
    fn slot(key: &K) -> usize {
        key.as_ref().first().copied().unwrap_or(0).into()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(Self::slot(key))?.as_ref()?.get(key)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        if self.0.is_empty() {
            self.0.resize_with(PARTS, || None);
        }
        if let Some(part) = self.0.get_mut(Self::slot(&key)) {
            Arc::make_mut(part.get_or_insert_default()).insert(key, value);
        }
    }

    /// Changes what stands under a key, or puts something there, in place.
    pub(super) fn update(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        if self.0.is_empty() {
            self.0.resize_with(PARTS, || None);
        }
        if let Some(part) = self.0.get_mut(Self::slot(&key)) {
            change(Arc::make_mut(part.get_or_insert_default()).entry(key).or_default());
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if self.contains(key)
            && let Some(Some(part)) = self.0.get_mut(Self::slot(key))
        {
            Arc::make_mut(part).remove(key);
        }
    }

    /// In ascending order of keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone + '_ {
        self.0.iter().flatten().flat_map(|part| part.iter())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = K> + Clone + '_ {
        self.iter().map(|(key, _)| *key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> + Clone + '_ {
        self.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EventId;

    #[test]
    fn it_is_an_ordered_map_and_a_clone_keeps_what_it_was() {
        let id = |n: u16| EventId::new(std::array::from_fn(|i| if i < 2 { n.to_le_bytes()[i] } else { 0 }));
        let mut map = Shards::default();
        for n in (0..2_000).rev() {
            map.insert(id(n), n);
        }
        let before = map.clone();
        map.insert(id(7), 0);
        map.insert(id(5_000), 1);
        map.remove(&id(8));
        assert_eq!((before.get(&id(7)), map.get(&id(7))), (Some(&7), Some(&0)));
        assert_eq!((before.contains(&id(5_000)), map.contains(&id(5_000))), (false, true));
        assert_eq!((before.contains(&id(8)), map.contains(&id(8))), (true, false));
        let keys: Vec<EventId> = before.keys().collect();
        assert!(keys.is_sorted() && keys.len() == 2_000);
    }
}
